using LoraFaaS.Policies.Turns;

namespace LoraFaaS.Policies.Tests.Turns;

public sealed class TurnLanePolicyTests
{
    [Fact]
    public void Alone_it_has_the_device() => Assert.Equal(8, TurnLanePolicy.Threads(capacity: 8, lanes: 2, holders: 0, taken: 0, others: 0));

    [Theory]
    [InlineData(8, 2, 4, 4)]
    [InlineData(3, 2, 2, 1)]
    [InlineData(2, 2, 1, 1)]
    public void Two_that_want_it_have_a_part_each(int capacity, int lanes, int first, int second)
    {
        Assert.Equal(first, TurnLanePolicy.Threads(capacity, lanes, holders: 0, taken: 0, others: 1));
        Assert.Equal(second, TurnLanePolicy.Threads(capacity, lanes, holders: 1, taken: first, others: 0));
    }

    [Fact]
    public void Who_comes_while_one_has_all_of_it_waits() => Assert.Equal(0, TurnLanePolicy.Threads(capacity: 2, lanes: 2, holders: 1, taken: 2, others: 0));

    [Fact]
    public void No_more_than_there_are_lanes_step_at_once() => Assert.Equal(0, TurnLanePolicy.Threads(capacity: 8, lanes: 2, holders: 2, taken: 4, others: 3));

    [Fact]
    public void With_one_lane_whoever_has_it_has_all() => Assert.Equal(8, TurnLanePolicy.Threads(capacity: 8, lanes: 1, holders: 0, taken: 0, others: 5));

    [Fact]
    public void One_processor_is_one_lane() => Assert.Equal(1, TurnLanePolicy.Threads(capacity: 1, lanes: 2, holders: 0, taken: 0, others: 5));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Never_more_than_the_device_has_and_never_idle_while_one_waits(int seed)
    {
        var random = new Random(seed);

        for (var round = 0; round < 2_000; round++)
        {
            var (capacity, lanes) = (random.Next(1, 65), random.Next(1, 5));
            var (holders, taken, waiting) = (0, 0, random.Next(1, 9));

            while (waiting > 0 && TurnLanePolicy.Threads(capacity, lanes, holders, taken, waiting - 1) is > 0 and var threads)
            {
                (holders, taken, waiting) = (holders + 1, taken + threads, waiting - 1);
            }

            Assert.InRange(taken, 1, capacity);
            Assert.True(holders <= lanes);
            Assert.True(waiting == 0 || taken == capacity);
        }
    }
}
