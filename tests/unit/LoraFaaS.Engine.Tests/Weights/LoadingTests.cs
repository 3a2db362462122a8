using System.Security.Cryptography;
using LoraFaaS.Checkpoints;
using LoraFaaS.Engine.Tests.TestData;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Engine.Tests.Weights;

/// <summary>Reading a checkpoint in large pieces by many threads, from the page cache and past it.</summary>
public sealed class LoadingTests
{
    public static TheoryData<string, PackPrecision> Checkpoints => new()
    {
        { GoldenFiles.DemoBackbone, PackPrecision.Exact },
        { GoldenFiles.DemoBackbone, PackPrecision.I8 },
        { GoldenFiles.Golden("tiny", "llama-sharded"), PackPrecision.Exact },
        { GoldenFiles.Golden("tiny", "qwen2-bias-tied"), PackPrecision.BF16 },
    };

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void The_image_is_the_same_whatever_of_the_files_is_in_the_page_cache(string source, PackPrecision precision)
    {
        using var folder = new TempFolder();
        CopyTo(folder, source);
        using var checkpoint = Checkpoint.Open(folder.Path).ValueOrThrow();
        using var cached = new NativeBytes(BackbonePacker.Measure(checkpoint, precision));
        using var fromDisk = new NativeBytes(cached.Length);
        using var mixed = new NativeBytes(cached.Length);

        Touch(folder, every: 1);
        BackbonePacker.Pack(checkpoint, cached.Address, cached.Length, precision, null, CancellationToken.None);
        Drop(folder);
        BackbonePacker.Pack(checkpoint, fromDisk.Address, fromDisk.Length, precision, null, CancellationToken.None);
        Drop(folder);
        Touch(folder, every: 3 << 20);
        BackbonePacker.Pack(checkpoint, mixed.Address, mixed.Length, precision, null, CancellationToken.None);

        Assert.True(cached.Span.SequenceEqual(fromDisk.Span));
        Assert.True(cached.Span.SequenceEqual(mixed.Span));
    }

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public async Task The_hashes_are_those_of_the_files_and_make_the_folder_s_digest(string source, PackPrecision precision)
    {
        using var checkpoint = Checkpoint.Open(source).ValueOrThrow();
        using var plain = new NativeBytes(BackbonePacker.Measure(checkpoint, precision));
        using var hashed = new NativeBytes(plain.Length);
        BackbonePacker.Pack(checkpoint, plain.Address, plain.Length, precision, null, CancellationToken.None);

        var hashes = BackbonePacker.PackAndHash(checkpoint, hashed.Address, hashed.Length, precision, null, CancellationToken.None);

        Assert.True(plain.Span.SequenceEqual(hashed.Span));
        Assert.Equal(Directory.GetFiles(source, "*.safetensors").Select(Path.GetFileName).Order(), hashes.Keys.Order());
        Assert.All(hashes, hash => Assert.Equal(SHA256.HashData(File.ReadAllBytes(Path.Combine(source, hash.Key))), hash.Value));
        Assert.Equal(
            (await CheckpointDigest.ComputeAsync(source, CancellationToken.None)).ValueOrThrow(),
            (await CheckpointDigest.ComputeAsync(source, hashes, CancellationToken.None)).ValueOrThrow());
    }

    /// <summary>As a worker does it, some of the pieces written to the file and some laid into its mapping.</summary>
    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void A_segment_that_is_written_as_a_file_and_as_memory_holds_the_same_image(string source, PackPrecision precision)
    {
        using var checkpoint = Checkpoint.Open(source).ValueOrThrow();
        using var plain = new NativeBytes(BackbonePacker.Measure(checkpoint, precision));
        BackbonePacker.Pack(checkpoint, plain.Address, plain.Length, precision, null, CancellationToken.None);

        for (var trial = 0; trial < 5; trial++)
        {
            using var memory = UnsealedMemory.Create("test-load", plain.Length);
            BackbonePacker.Pack(
                checkpoint, new PackTarget(memory.Memory.DangerousGetHandle(), plain.Length, memory.Descriptor), precision, trial % 2 == 0, long.MaxValue, null, CancellationToken.None);

            Assert.True(plain.Span.SequenceEqual(memory.Memory.Span(0, (int)plain.Length)));
        }
    }

    [Fact]
    public void A_segment_that_cannot_be_written_is_an_error_and_not_a_crash()
    {
        using var checkpoint = Checkpoint.Open(GoldenFiles.DemoBackbone).ValueOrThrow();
        using var bytes = new NativeBytes(BackbonePacker.Measure(checkpoint));
        using var unwritable = File.OpenHandle(Path.Combine(GoldenFiles.DemoBackbone, CheckpointFiles.Config));

        Assert.ThrowsAny<SystemException>(() => BackbonePacker.Pack(
            checkpoint, new PackTarget(bytes.Address, bytes.Length, unwritable), PackPrecision.Exact, false, long.MaxValue, null, CancellationToken.None));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 6 << 20)]
    [InlineData(true, 12 << 20)]
    public void With_little_memory_to_read_into_the_image_is_the_same(bool isHashed, long buffers)
    {
        using var folder = new TempFolder();
        CopyTo(folder, GoldenFiles.DemoBackbone);
        using var checkpoint = Checkpoint.Open(folder.Path).ValueOrThrow();
        using var roomy = new NativeBytes(BackbonePacker.Measure(checkpoint));
        using var cached = new NativeBytes(roomy.Length);
        using var fromDisk = new NativeBytes(roomy.Length);
        BackbonePacker.Pack(checkpoint, roomy.Address, roomy.Length, PackPrecision.Exact, null, CancellationToken.None);

        Touch(folder, every: 1);
        BackbonePacker.Pack(checkpoint, new PackTarget(cached.Address, cached.Length), PackPrecision.Exact, isHashed, buffers, null, CancellationToken.None);
        Drop(folder);
        var hashes = BackbonePacker.Pack(checkpoint, new PackTarget(fromDisk.Address, fromDisk.Length), PackPrecision.Exact, isHashed, buffers, null, CancellationToken.None);

        Assert.True(roomy.Span.SequenceEqual(cached.Span));
        Assert.True(roomy.Span.SequenceEqual(fromDisk.Span));
        Assert.All(hashes, hash => Assert.Equal(SHA256.HashData(File.ReadAllBytes(folder.File(hash.Key))), hash.Value));
        Assert.Equal(isHashed ? 1 : 0, hashes.Count);
    }

    [Fact]
    public void Reads_are_made_smaller_until_they_fit_and_never_vanish()
    {
        var random = new Random(7);
        for (var trial = 0; trial < 500; trial++)
        {
            var most = PackReads.Most(random.Next(1, 9 << 20), random.Next(1, 9 << 20), random.Next(2) == 0, random.Next(1, 65));
            var least = most.Within(0);
            var bytes = random.NextInt64(most.Bytes * 2);
            var within = most.Within(bytes);

            Assert.Equal((1, 1), (least.Lanes, least.Depth));
            Assert.InRange(within.Bytes, least.Bytes, Math.Max(bytes, least.Bytes));
            Assert.True(within.Lanes >= 1 && within.Depth >= 1 && within.BlockContent > 0);
            Assert.Equal(most, most.Within(most.Bytes));
        }
    }

    [Fact]
    public void Progress_grows_to_nearly_the_whole_image()
    {
        using var checkpoint = Checkpoint.Open(GoldenFiles.DemoBackbone).ValueOrThrow();
        using var bytes = new NativeBytes(BackbonePacker.Measure(checkpoint));
        var said = new Highest();

        BackbonePacker.Pack(checkpoint, bytes.Address, bytes.Length, PackPrecision.Exact, said, CancellationToken.None);

        Assert.InRange(said.Value, bytes.Length * 99 / 100, bytes.Length);
    }

    [Fact]
    public void A_load_that_is_cancelled_in_its_midst_stops_and_leaves_nobody_waiting_for_a_turn()
    {
        using var checkpoint = Checkpoint.Open(GoldenFiles.DemoBackbone).ValueOrThrow();
        using var bytes = new NativeBytes(BackbonePacker.Measure(checkpoint));
        using var cancelling = new CancellationTokenSource();

        Assert.ThrowsAny<OperationCanceledException>(() => BackbonePacker.PackAndHash(
            checkpoint, bytes.Address, bytes.Length, PackPrecision.Exact, new Highest(cancelling.Cancel), cancelling.Token));
    }

    [Fact]
    public void A_file_cut_short_since_it_was_opened_is_an_error_and_not_a_crash()
    {
        using var folder = new TempFolder();
        CopyTo(folder, GoldenFiles.DemoBackbone);
        using var checkpoint = Checkpoint.Open(folder.Path).ValueOrThrow();
        using var bytes = new NativeBytes(BackbonePacker.Measure(checkpoint));
        using (var file = File.OpenHandle(folder.File(CheckpointFiles.Weights), access: FileAccess.Write, share: FileShare.ReadWrite))
        {
            RandomAccess.SetLength(file, RandomAccess.GetLength(file) / 2);
        }

        Assert.Throws<EndOfStreamException>(() => BackbonePacker.PackAndHash(
            checkpoint, bytes.Address, bytes.Length, PackPrecision.Exact, null, CancellationToken.None));
    }

    [Fact]
    public void Blocks_cover_a_file_once_and_hold_their_pieces_whole()
    {
        var random = new Random(5);
        for (var trial = 0; trial < 200; trial++)
        {
            var (pieces, length) = Pieces(random);
            var blocks = PackBlock.Of(0, length, 1 << 20, pieces.OrderBy(_ => random.Next())).ToList();

            Assert.Equal(0, blocks[0].Start);
            Assert.Equal(length, blocks[^1].End);
            Assert.All(blocks.Zip(blocks.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.Start));
            Assert.All(blocks, block => Assert.All(block.Pieces, piece => Assert.True(piece.Start >= block.Start && piece.End <= block.End)));
            Assert.Equal(pieces.OrderBy(piece => piece.Row), blocks.SelectMany(block => block.Pieces).OrderBy(piece => piece.Row));
        }
    }

    /// <summary>In a file with gaps, some of them large; some pieces twice.</summary>
    private static (List<PackPiece> Pieces, long Length) Pieces(Random random)
    {
        var pieces = new List<PackPiece>();
        var at = (long)random.Next(5_000);
        for (var i = 0; i < random.Next(1, 30); i++)
        {
            var bytes = random.Next(1, random.Next(2) == 0 ? 5_000 : 900_000);
            pieces.Add(new PackPiece(null!, pieces.Count, 1, at, bytes));
            if (random.Next(5) == 0)
            {
                pieces.Add(new PackPiece(null!, pieces.Count, 1, at, bytes));
            }

            at += bytes + (random.Next(4) == 0 ? random.Next(4_000_000) : 0);
        }

        return (pieces, at + random.Next(3_000_000));
    }

    private static void CopyTo(TempFolder folder, string source)
    {
        foreach (var file in Directory.GetFiles(source))
        {
            File.Copy(file, folder.File(Path.GetFileName(file)));
        }
    }

    private static void Drop(TempFolder folder)
    {
        foreach (var file in Directory.GetFiles(folder.Path, "*.safetensors"))
        {
            FileCache.Drop(file);
        }
    }

    /// <summary>Reads a page each so many bytes.</summary>
    private static void Touch(TempFolder folder, long every)
    {
        foreach (var path in Directory.GetFiles(folder.Path, "*.safetensors"))
        {
            using var file = File.OpenHandle(path, options: FileOptions.RandomAccess);
            var page = new byte[4_096];
            for (var at = 0L; at < RandomAccess.GetLength(file); at += Math.Max(every, page.Length))
            {
                RandomAccess.Read(file, page, at);
            }
        }
    }

    private sealed class Highest(Action? then = null) : IProgress<long>
    {
        private long _value;

        public long Value => Volatile.Read(ref _value);

        public void Report(long value)
        {
            then?.Invoke();
            for (var before = Value; value > before; before = Value)
            {
                Interlocked.CompareExchange(ref _value, value, before);
            }
        }
    }
}
