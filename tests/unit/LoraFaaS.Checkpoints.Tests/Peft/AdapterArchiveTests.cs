using System.Formats.Tar;
using System.Text;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Checkpoints.Tests.Support;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Checkpoints.Tests.Peft;

public sealed class AdapterArchiveTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_folder_always_becomes_the_same_archive_and_opens_in_place()
    {
        using var folder = new TempFolder();
        var first = await ArchiveAsync(Repository.Adapter("sql"));
        Assert.Equal(first, await ArchiveAsync(Repository.Adapter("sql")));

        using var adapter = AdapterArtifact.OpenArchive(folder.Write("sql.tar", first)).ValueOrThrow();
        var backbone = Checkpoint.ReadConfig(Repository.Backbone).ValueOrThrow();
        Assert.IsType<AdapterValidation.Valid>(AdapterValidator.Validate(adapter.Config, adapter.Tensors, backbone));
    }

    [Fact]
    public async Task The_canonical_archive_is_a_tar_that_others_read()
    {
        using var tar = new TarReader(new MemoryStream(await ArchiveAsync(Repository.Adapter("sentiment"))));

        var config = tar.GetNextEntry(copyData: true)!;
        var weights = tar.GetNextEntry(copyData: true)!;

        Assert.Equal(("adapter_config.json", TarEntryFormat.Ustar, 0, 0L), (config.Name, config.Format, config.Uid, config.ModificationTime.ToUnixTimeSeconds()));
        Assert.Equal((UnixFileMode)0b110_100_100, config.Mode);
        Assert.Equal(("adapter_model.safetensors", 89_072L), (weights.Name, weights.Length));
        Assert.Null(tar.GetNextEntry());
    }

    [Theory]
    [InlineData(TarEntryFormat.Ustar, "")]
    [InlineData(TarEntryFormat.Pax, "./")]
    [InlineData(TarEntryFormat.Gnu, "my-adapter/")]
    [InlineData(TarEntryFormat.V7, "my-adapter/")]
    public async Task Anybodys_tar_gives_the_two_files(TarEntryFormat format, string prefix)
    {
        var tar = Tar(format, (prefix + "README.md", "hello"u8.ToArray()), (prefix + "adapter_model.safetensors", new byte[700]), (prefix + "adapter_config.json", "{}"u8.ToArray()));
        using var weights = new MemoryStream();

        var files = (await AdapterArchive.ExtractAsync(new MemoryStream(tar), weights, 1 << 20, Token)).ValueOrThrow();

        Assert.Equal("{}", Encoding.UTF8.GetString(files.Config.Span));
        Assert.Equal((700L, 700L), (files.WeightsBytes, weights.Length));
    }

    [Fact]
    public async Task Extracting_and_writing_again_gives_the_canonical_archive()
    {
        var canonical = await ArchiveAsync(Repository.Adapter("ticket-router"));
        using var weights = new MemoryStream();
        var files = (await AdapterArchive.ExtractAsync(new MemoryStream(canonical), weights, 1 << 20, Token)).ValueOrThrow();

        weights.Position = 0;
        using var again = new MemoryStream();
        await AdapterArchive.WriteAsync(files.Config, weights, files.WeightsBytes, again, Token);

        Assert.Equal(canonical, again.ToArray());
        Assert.Equal(canonical.Length, AdapterArchive.Length(files.Config.Length, files.WeightsBytes));
    }

    [Theory]
    [InlineData("../adapter_config.json", "leaves the archive")]
    [InlineData("/adapter_config.json", "leaves the archive")]
    [InlineData("a/../adapter_config.json", "leaves the archive")]
    public async Task A_path_that_climbs_refuses_the_whole(string name, string because)
    {
        var why = await RefusedAsync(Tar(TarEntryFormat.Ustar, (name, [1])));
        Assert.Contains(because, why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_and_devices_are_not_taken()
    {
        foreach (var kind in (TarEntryType[])[TarEntryType.SymbolicLink, TarEntryType.HardLink, TarEntryType.Fifo, TarEntryType.CharacterDevice])
        {
            using var stream = new MemoryStream();
            using (var writer = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
            {
                var entry = new UstarTarEntry(kind, "adapter_config.json");
                if (kind is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                {
                    entry.LinkName = "/etc/passwd";
                }

                writer.WriteEntry(entry);
            }

            Assert.Contains("neither a file nor a folder", (await RefusedAsync(stream.ToArray())).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Missing_double_scattered_oversized_and_compressed_are_named()
    {
        Assert.Equal("adapter_model.safetensors", (await RefusedAsync(Tar(TarEntryFormat.Ustar, ("adapter_config.json", [1])))).Field);
        Assert.Equal("adapter_config.json", (await RefusedAsync([])).Field);
        Assert.Contains("twice", (await RefusedAsync(Tar(TarEntryFormat.Ustar, ("adapter_config.json", [1]), ("adapter_config.json", [1])))).Message, StringComparison.Ordinal);
        Assert.Contains("other half", (await RefusedAsync(Tar(TarEntryFormat.Ustar, ("a/adapter_config.json", [1]), ("b/adapter_model.safetensors", [1])))).Message, StringComparison.Ordinal);
        Assert.Contains("limit", (await RefusedAsync(Tar(TarEntryFormat.Ustar, ("adapter_model.safetensors", new byte[2000])), max: 1000)).Message, StringComparison.Ordinal);
        Assert.Contains("limit", (await RefusedAsync(Tar(TarEntryFormat.Ustar, ("adapter_config.json", new byte[(1 << 20) + 1])), max: 1L << 30)).Message, StringComparison.Ordinal);
        Assert.Contains("compressed", (await RefusedAsync([0x1F, 0x8B, 8, 0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_what_we_would_have_written_opens_as_an_artifact()
    {
        using var folder = new TempFolder();
        var other = Tar(TarEntryFormat.Gnu, ("adapter_config.json", "{}"u8.ToArray()), ("adapter_model.safetensors", new byte[10]));
        Assert.Equal("adapter archive", Refusals.Of(AdapterArtifact.OpenArchive(folder.Write("other.tar", other))).Field);

        var cut = (await ArchiveAsync(Repository.Adapter("sentiment")))[..^1];
        Assert.Equal("adapter archive", Refusals.Of(AdapterArtifact.OpenArchive(folder.Write("cut.tar", cut))).Field);
    }

    [Fact]
    public async Task Survives_random_damage()
    {
        var good = Tar(TarEntryFormat.Pax, ("x/adapter_config.json", new byte[300]), ("x/adapter_model.safetensors", new byte[900]));
        var random = new Random(12);
        for (var round = 0; round < 1_500; round++)
        {
            var tar = (byte[])good.Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                tar[random.Next(tar.Length)] = (byte)random.Next(256);
            }

            if (random.Next(2) == 0)
            {
                RepairChecksums(tar);
            }

            using var source = new MemoryStream(tar, 0, random.Next(3) == 0 ? random.Next(tar.Length) : tar.Length);
            Assert.NotNull(await AdapterArchive.ExtractAsync(source, Stream.Null, 10_000, Token));
        }
    }

    /// <summary>Makes damaged headers look whole, so that the damage gets past the checksum.</summary>
    private static void RepairChecksums(byte[] tar)
    {
        for (var at = 0; at + 512 <= tar.Length; at += 512)
        {
            var block = tar.AsSpan(at, 512);
            if (block.Slice(257, 5).SequenceEqual("ustar"u8))
            {
                block.Slice(148, 8).Fill((byte)' ');
                var sum = 0;
                foreach (var value in block)
                {
                    sum += value;
                }

                Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(block[148..]);
            }
        }
    }

    private static async Task<byte[]> ArchiveAsync(string folder)
    {
        using var stream = new MemoryStream();
        var length = (await AdapterArchive.WriteFolderAsync(folder, stream, Token)).ValueOrThrow();
        Assert.Equal(stream.Length, length);
        return stream.ToArray();
    }

    private static async Task<Refusal> RefusedAsync(byte[] tar, long max = 1 << 20) =>
        Refusals.Of(await AdapterArchive.ExtractAsync(new MemoryStream(tar), Stream.Null, max, Token));

    private static byte[] Tar(TarEntryFormat format, params (string Name, byte[] Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, format, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
                    _ => new UstarTarEntry(TarEntryType.RegularFile, name),
                };
                entry.DataStream = new MemoryStream(content);
                writer.WriteEntry(entry);
            }
        }

        return stream.ToArray();
    }
}
