using LoraFaaS.Policies.Admission;

namespace LoraFaaS.Policies.Tests.Admission;

public sealed class DoorPolicyTests
{
    [Fact]
    public void The_namespace_that_holds_the_least_goes_next()
    {
        DoorLine[] lines = [new(Held: 5, Waiting: 9, NextCost: 1, Arrival: 1), new(Held: 1, Waiting: 1, NextCost: 1, Arrival: 9), new(Held: 0, Waiting: 0, NextCost: 0, Arrival: 0)];

        Assert.Equal(1, DoorPolicy.Next(lines));
    }

    [Fact]
    public void Weight_counts_and_of_two_alike_the_first_to_come_goes()
    {
        Assert.Equal(1, DoorPolicy.Next([new(1, 1, 1, 1), new(1, 1, 0.25, 2)]));
        Assert.Equal(0, DoorPolicy.Next([new(1, 1, 1, 1), new(1, 1, 1, 2)]));
        Assert.Equal(DoorPolicy.Nobody, DoorPolicy.Next([new(1, 0, 0, 0)]));
    }

    [Fact]
    public void A_newcomer_pushes_out_the_last_of_the_largest_line_and_never_of_its_own()
    {
        Assert.Equal(0, DoorPolicy.Displaced([new(0, 8, 1, 0), new(0, 2, 1, 0), new(0, 0, 0, 0)], newcomer: 2, cost: 1));
        Assert.Equal(DoorPolicy.Nobody, DoorPolicy.Displaced([new(0, 8, 1, 0), new(0, 2, 1, 0)], newcomer: 0, cost: 1));
        Assert.Equal(DoorPolicy.Nobody, DoorPolicy.Displaced([new(0, 3, 1, 0), new(0, 2, 1, 0)], newcomer: 1, cost: 1));
    }

    /// <summary>However the callers come in, places end up shared by weight among those who want more than they have.</summary>
    [Theory]
    [InlineData(1.0, 1.0, 50, 50)]
    [InlineData(4.0, 1.0, 80, 20)]
    [InlineData(1.0, 0.25, 80, 20)]
    public void Places_are_shared_by_weight_whoever_floods(double one, double other, int expectedOne, int expectedOther)
    {
        var random = new Random(7);
        double[] costs = [1 / one, 1 / other];
        int[] held = [100, 0];

        // Everybody who leaves is replaced by whom the policy says; both always have somebody waiting, the first far more.
        for (var turn = 0; turn < 20_000; turn++)
        {
            held[random.Next(100) < held[0] ? 0 : 1]--;
            var next = DoorPolicy.Next([new(held[0] * costs[0], 1_000, costs[0], turn), new(held[1] * costs[1], 3, costs[1], turn + 1)]);
            held[next]++;
        }

        Assert.InRange(held[0], expectedOne - 2, expectedOne + 2);
        Assert.InRange(held[1], expectedOther - 2, expectedOther + 2);
    }

    [Theory]
    [InlineData(0, 0.01, 1)]
    [InlineData(99, 0.1, 10)]
    [InlineData(10_000, 1, 60)]
    public void Retry_after_is_the_queue_times_the_pace_it_moves_at(int waiting, double interval, double seconds) =>
        Assert.Equal(seconds, DoorPolicy.RetryAfter(waiting, TimeSpan.FromSeconds(interval)).TotalSeconds, 6);
}
