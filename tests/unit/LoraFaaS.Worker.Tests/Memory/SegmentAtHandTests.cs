using LoraFaaS.Linux.Memory;
using LoraFaaS.Worker.Memory;

namespace LoraFaaS.Worker.Tests.Memory;

public sealed class SegmentAtHandTests
{
    private const long Length = 256 << 10;

    [Fact]
    public void The_next_one_is_as_long_as_the_last_was()
    {
        using var atHand = new SegmentAtHand();
        Assert.Equal(0, atHand.Wanted);

        Assert.Null(atHand.TryTake(100_000));

        Assert.Equal(128 << 10, atHand.Wanted);
        Assert.Equal(0, atHand.Held);
    }

    [Fact]
    public void It_is_cut_to_what_was_asked_for_and_can_be_sealed()
    {
        using var atHand = new SegmentAtHand();
        atHand.Put(UnsealedMemory.Create("at-hand", Length));
        Assert.Equal(Length, atHand.Held);

        using var memory = Assert.IsType<UnsealedMemory>(atHand.TryTake(Length - 5_000));
        Assert.Equal(Length - 5_000, memory.Memory.Length);
        memory.Memory.Span(Length - 5_001, 1)[0] = 7;
        using var sealedMemory = memory.Seal();
        using var mapped = SealedMemory.FromDescriptor(sealedMemory.Descriptor).Map();

        Assert.Equal(Length - 5_000, mapped.Length);
        Assert.Equal(7, mapped.Span(Length - 5_001, 1)[0]);
        Assert.Equal(0, atHand.Held);
        Assert.Null(atHand.TryTake(Length - 5_000));
    }

    [Theory]
    [InlineData(Length + 1)]
    [InlineData((Length / 2) - 1)]
    public void One_that_is_too_short_or_much_too_long_stays(long bytes)
    {
        using var atHand = new SegmentAtHand();
        atHand.Put(UnsealedMemory.Create("at-hand", Length));

        Assert.Null(atHand.TryTake(bytes));

        Assert.Equal(Length, atHand.Held);
    }

    [Fact]
    public void What_comes_after_the_end_is_not_kept()
    {
        var atHand = new SegmentAtHand();
        atHand.Dispose();
        var late = UnsealedMemory.Create("at-hand", Length);

        atHand.Put(late);

        Assert.True(late.Descriptor.IsClosed);
        Assert.Equal(0, atHand.Held);
    }
}
