using LoraFaaS.Protocol.Turns;

namespace LoraFaaS.Worker.Tests.Turns;

public sealed class TurnSliceTests
{
    [Theory]
    [InlineData(0, 0, 0, false)]
    [InlineData(8_000, 2_000, 1, true)]
    [InlineData(16_777_215, 16_777_215, 32_767, true)]
    [InlineData(16_777_215, 0, 32_767, false)]
    public void A_slice_is_read_as_it_was_written(uint step, uint turn, int threads, bool spins)
    {
        var slice = new TurnSlice(step, turn, threads, spins);
        Assert.Equal(slice, TurnSlice.Of(slice.Bits));
    }

    [Fact]
    public void Times_beyond_its_bits_are_as_good_as_never() => Assert.Equal(new TurnSlice(16_777_215, 16_777_215, 3), TurnSlice.Of(new TurnSlice(uint.MaxValue, 20_000_000, 3).Bits));
}
