using System.Formats.Tar;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Packaging;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.FunctionsTests.Packaging;

public sealed class PackageArchiveTests
{
    [Fact]
    public async Task The_same_files_are_the_same_bytes_whenever_and_in_whatever_order_they_were_made()
    {
        using var first = new TempFolder();
        using var second = new TempFolder();

        foreach (var (folder, names) in new[] { (first, new[] { "b.dll", "a.dll", "lib/c.dll" }), (second, ["lib/c.dll", "a.dll", "b.dll"]) })
        {
            folder.Folder("lib");

            foreach (var name in names)
            {
                await File.WriteAllTextAsync(folder.File(name), name);
            }
        }

        File.SetLastWriteTimeUtc(second.File("a.dll"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await File.WriteAllTextAsync(first.File("LoraFaaS.Functions.dll"), "the handler brings its own");

        Assert.Equal(Digest.OfBytes(await PackAsync(first.Path)), Digest.OfBytes(await PackAsync(second.Path)));
    }

    [Fact]
    public async Task What_was_packed_comes_out_again_and_cannot_be_written_to()
    {
        using var source = new TempFolder();
        using var target = new TempFolder();
        source.Folder("lib", "deep");
        await File.WriteAllTextAsync(source.File("lib", "deep", "x.dll"), "content");

        Assert.Null(await PackageArchive.ExtractAsync(new MemoryStream(await PackAsync(source.Path)), target.Path, Token));

        Assert.Equal("content", await File.ReadAllTextAsync(target.File("lib", "deep", "x.dll")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(target.File("lib", "deep", "x.dll")));
        Assert.True(File.GetUnixFileMode(target.File("lib")).HasFlag(UnixFileMode.OtherExecute));
    }

    [Theory]
    [InlineData("../escape.dll")]
    [InlineData("/etc/escape.dll")]
    [InlineData("lib/../../escape.dll")]
    [InlineData("lib//escape.dll")]
    [InlineData("lib/./escape.dll")]
    [InlineData("lib\\escape.dll")]
    [InlineData("C:escape.dll")]
    [InlineData("bell\u0007.dll")]
    public async Task A_path_that_leads_elsewhere_refuses_the_whole(string path)
    {
        using var parent = new TempFolder();
        var target = parent.Folder("inner", "target");

        var refused = await PackageArchive.ExtractAsync(Tar(("fine.dll", TarEntryType.RegularFile, ""), (path, TarEntryType.RegularFile, "")), target, Token);

        Assert.Equal(ErrorCode.CodeInvalid, refused?.Code);
        Assert.DoesNotContain(Directory.EnumerateFiles(parent.Path, "*", SearchOption.AllDirectories), file => file.Contains("escape", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    public async Task Only_plain_files_are_taken(TarEntryType type)
    {
        using var target = new TempFolder();

        var refused = await PackageArchive.ExtractAsync(Tar(("link", type, "/etc/passwd")), target.Path, Token);

        Assert.Contains(type.ToString(), refused?.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(target.Path));
    }

    [Fact]
    public async Task A_sparse_file_is_refused()
    {
        using var target = new TempFolder();
        var tar = Tar(("sparse.dll", TarEntryType.RegularFile, "")).ToArray();
        tar[156] = (byte)'S';
        Checksum(tar.AsSpan(0, 512));

        Assert.Equal(ErrorCode.CodeInvalid, (await PackageArchive.ExtractAsync(new MemoryStream(tar), target.Path, Token))?.Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(target.Path));
    }

    [Theory]
    [InlineData('L', false)]
    [InlineData('K', false)]
    [InlineData('x', false)]
    [InlineData('g', false)]
    [InlineData('L', true)]
    public async Task A_name_of_gigabytes_is_refused_before_memory_is_taken_for_it(char type, bool binary)
    {
        using var target = new TempFolder();
        var tar = Tar(("fine.dll", TarEntryType.RegularFile, "")).ToArray();
        var first = tar.AsSpan(0, 512);
        first[156] = (byte)type;
        (binary ? "\u0080\0\0\0\0\0\0\0\u007f\u007f\u007f\u007f" : "17777777777\0").Select(c => (byte)c).ToArray().CopyTo(first[124..]);
        Checksum(first);

        var refused = await PackageArchive.ExtractAsync(new MemoryStream(tar), target.Path, Token);

        Assert.Equal(ErrorCode.CodeInvalid, refused?.Code);
        Assert.Contains("beyond all measure", refused?.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(target.Path));
    }

    [Fact]
    public async Task A_second_file_of_one_path_and_a_file_in_place_of_a_folder_are_refused()
    {
        using var first = new TempFolder();
        using var second = new TempFolder();

        Assert.Contains("twice", (await PackageArchive.ExtractAsync(Tar(("a", TarEntryType.RegularFile, ""), ("./a", TarEntryType.RegularFile, "")), first.Path, Token))?.Message, StringComparison.Ordinal);
        Assert.NotNull(await PackageArchive.ExtractAsync(Tar(("a", TarEntryType.RegularFile, ""), ("a/b", TarEntryType.RegularFile, "")), second.Path, Token));
    }

    [Fact]
    public async Task A_size_that_is_only_claimed_is_refused_before_it_is_written()
    {
        using var target = new TempFolder();
        var tar = Tar(("big", TarEntryType.RegularFile, "")).ToArray();

        // The size field of the first header, in octal: more than a package may hold.
        "77777777777\0"u8.CopyTo(tar.AsSpan(124));
        Checksum(tar.AsSpan(0, 512));

        Assert.NotNull(await PackageArchive.ExtractAsync(new MemoryStream(tar), target.Path, Token));
        Assert.Empty(Directory.EnumerateFiles(target.Path));
    }

    [Fact]
    public async Task Damage_anywhere_is_refused_or_harmless_and_nothing_is_written_outside()
    {
        using var source = new TempFolder();
        using var parent = new TempFolder();
        await File.WriteAllTextAsync(source.File("a.dll"), new string('a', 2_000));
        await File.WriteAllTextAsync(source.File("b.dll"), "b");
        var tar = await PackAsync(source.Path);
        var chance = new Random(4);

        for (var round = 0; round < 300; round++)
        {
            var damaged = (byte[])tar.Clone();

            for (var i = 0; i < 6; i++)
            {
                damaged[chance.Next(damaged.Length)] = (byte)chance.Next(256);
            }

            var target = parent.Folder("target" + round);
            await PackageArchive.ExtractAsync(new MemoryStream(damaged, 0, chance.Next(damaged.Length)), target, Token);
        }

        Assert.All(Directory.EnumerateFileSystemEntries(parent.Path), path => Assert.StartsWith("target", Path.GetFileName(path), StringComparison.Ordinal));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<byte[]> PackAsync(string folder)
    {
        using var tar = new MemoryStream();
        Assert.Null(await PackageArchive.WriteAsync(folder, tar, Token));
        return tar.ToArray();
    }

    private static MemoryStream Tar(params (string Path, TarEntryType Type, string Link)[] entries)
    {
        var stream = new MemoryStream();

        using (var tar = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (path, type, link) in entries)
            {
                var entry = new PaxTarEntry(type, path);

                if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                {
                    entry.LinkName = link;
                }

                tar.WriteEntry(entry);
            }
        }

        stream.Position = 0;
        return stream;
    }

    private static void Checksum(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        var sum = 0;

        foreach (var b in header)
        {
            sum += b;
        }

        System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header[148..]);
    }
}
