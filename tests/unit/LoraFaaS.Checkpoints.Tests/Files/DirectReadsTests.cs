using LoraFaaS.Checkpoints.Files;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Checkpoints.Tests.Files;

public sealed unsafe class DirectReadsTests
{
    private const int Piece = 64 << 10;
    private const int InFlight = 5;

    [Theory]
    [InlineData(1)]
    [InlineData(Piece)]
    [InlineData(40 * Piece + 100_001)]
    public void Many_reads_at_once_give_the_file_s_bytes_to_its_end(int length)
    {
        using var folder = new TempFolder();
        var content = new byte[length];
        new Random(length).NextBytes(content);
        File.WriteAllBytes(folder.File("weights"), content);
        using var file = LargeFile.Open(folder.File("weights"));
        var buffers = Enumerable.Range(0, InFlight).Select(_ => new ReadBuffer(Piece)).ToList();
        using (var reads = new DirectReads(InFlight))
        {
            var pieces = (length + Piece - 1) / Piece;
            var found = new byte[length];
            for (var piece = 0; piece < pieces + InFlight; piece++)
            {
                var slot = piece % InFlight;
                if (piece >= InFlight && piece - InFlight < pieces)
                {
                    var at = (piece - InFlight) * Piece;
                    reads.End(slot);
                    new ReadOnlySpan<byte>((void*)buffers[slot].Address, Math.Min(Piece, length - at)).CopyTo(found.AsSpan(at));
                }

                if (piece < pieces)
                {
                    reads.Begin(slot, file, (long)piece * Piece, buffers[slot].Address, Piece);
                }
            }

            Assert.True(found.AsSpan().SequenceEqual(content));
        }

        buffers.ForEach(buffer => buffer.Dispose());
    }

    [Fact]
    public void They_can_be_left_in_flight()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.File("weights"), new byte[InFlight * Piece]);
        using var file = LargeFile.Open(folder.File("weights"));
        using var buffer = new ReadBuffer(InFlight * Piece);
        using var reads = new DirectReads(InFlight);

        for (var i = 0; i < InFlight; i++)
        {
            reads.Begin(i, file, (long)i * Piece, buffer.Address + i * Piece, Piece);
        }
    }

    [Fact]
    public void Once_they_have_settled_their_ends_are_those_they_would_have_been()
    {
        using var folder = new TempFolder();
        var content = new byte[InFlight * Piece];
        new Random(2).NextBytes(content);
        File.WriteAllBytes(folder.File("weights"), content);
        using var buffer = new ReadBuffer(InFlight * Piece);
        using var reads = new DirectReads(InFlight);
        using var file = LargeFile.Open(folder.File("weights"));

        for (var i = 0; i < InFlight; i++)
        {
            reads.Begin(i, file, (long)i * Piece, buffer.Address + i * Piece, Piece);
        }

        reads.Settle();

        for (var i = 0; i < InFlight; i++)
        {
            reads.End(i);
        }

        Assert.True(new ReadOnlySpan<byte>((void*)buffer.Address, content.Length).SequenceEqual(content));
    }

    [Fact]
    public void What_cannot_be_begun_is_read_at_its_end()
    {
        using var folder = new TempFolder();
        var content = new byte[Piece];
        new Random(1).NextBytes(content);
        File.WriteAllBytes(folder.File("weights"), content);
        using var file = LargeFile.Open(folder.File("weights"));
        using var buffer = new ReadBuffer(Piece);

        using var reads = new DirectReads(InFlight);
        reads.Dispose();
        reads.Begin(0, file, 0, buffer.Address, Piece);
        reads.End(0);

        Assert.True(new ReadOnlySpan<byte>((void*)buffer.Address, Piece).SequenceEqual(content));
    }

    [Fact]
    public void A_file_cut_short_before_the_end_is_an_error()
    {
        using var folder = new TempFolder();
        File.WriteAllBytes(folder.File("weights"), new byte[2 * Piece]);
        using var file = LargeFile.Open(folder.File("weights"));
        File.WriteAllBytes(folder.File("weights"), new byte[Piece]);
        using var buffer = new ReadBuffer(Piece);
        using var reads = new DirectReads(InFlight);

        reads.Begin(0, file, Piece, buffer.Address, Piece);

        Assert.Throws<EndOfStreamException>(() => reads.End(0));
    }
}
