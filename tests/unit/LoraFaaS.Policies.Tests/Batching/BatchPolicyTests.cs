using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Policies.Tests.Batching;

public sealed class BatchPolicyTests
{
    private static readonly BatchLimits Limits = new(MaxBatch: 16, MaxWait: TimeSpan.FromMilliseconds(250));

    [Fact]
    public void The_fill_size_is_what_the_slo_leaves_room_for()
    {
        // ⌊(1000−400)/50⌋ + 1
        Assert.Equal(13, BatchPolicy.FillSize(TimeSpan.FromSeconds(1), BatchProfile.Unseen, Limits));
    }

    [Fact]
    public void An_slo_that_cannot_be_met_waits_for_nobody()
    {
        var slo = TimeSpan.FromMilliseconds(100);

        Assert.Equal(1, BatchPolicy.FillSize(slo, BatchProfile.Unseen, Limits));
        Assert.Equal(TimeSpan.Zero, BatchPolicy.BatchingDelay(slo, 1, BatchProfile.Unseen, Limits));
    }

    [Fact]
    public void A_single_caller_of_an_idle_sandbox_is_not_delayed()
    {
        Assert.Equal(new BatchDecision.Release(1), BatchPolicy.Decide(Snapshot(waiting: 1) with { SandboxIdle = true }, Limits));
    }

    [Fact]
    public void A_function_without_an_slo_is_not_delayed()
    {
        Assert.Equal(new BatchDecision.Release(1), BatchPolicy.Decide(Snapshot(waiting: 1) with { Slo = null }, Limits));
    }

    [Fact]
    public void A_busy_sandbox_lets_the_first_wait_for_company()
    {
        var decision = Assert.IsType<BatchDecision.WaitFor>(BatchPolicy.Decide(Snapshot(waiting: 1), Limits));

        // SLO − T(12) = 1000 − 950 at 50 ms each.
        Assert.True(decision.Time > TimeSpan.Zero && decision.Time <= Limits.MaxWait);
    }

    [Fact]
    public void A_full_batch_goes_at_once()
    {
        Assert.Equal(new BatchDecision.Release(13), BatchPolicy.Decide(Snapshot(waiting: 13), Limits));
    }

    [Fact]
    public void No_more_are_released_than_there_are_slots()
    {
        Assert.Equal(new BatchDecision.Release(2), BatchPolicy.Decide(Snapshot(waiting: 9) with { FreeSlots = 2 }, Limits));
        Assert.IsType<BatchDecision.WaitForChange>(BatchPolicy.Decide(Snapshot(waiting: 9) with { FreeSlots = 0 }, Limits));
    }

    [Fact]
    public void Contention_shortens_the_wait()
    {
        var slo = TimeSpan.FromSeconds(2);
        var profile = BatchProfile.Unseen;
        var limits = Limits with { MaxWait = TimeSpan.FromSeconds(10) };

        Assert.True(BatchPolicy.BatchingDelay(slo, 2, profile, limits) < BatchPolicy.BatchingDelay(slo, 1, profile, limits));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Every_decision_is_possible_and_nobody_waits_past_the_slo(int seed)
    {
        var random = new Random(seed);

        for (var i = 0; i < 5_000; i++)
        {
            var snapshot = new BatchSnapshot
            {
                Waiting = random.Next(0, 40),
                OldestWait = TimeSpan.FromMilliseconds(random.Next(0, 3_000)),
                Slo = random.Next(4) == 0 ? null : TimeSpan.FromMilliseconds(random.Next(1, 5_000)),
                FreeSlots = random.Next(0, 33),
                SandboxIdle = random.Next(2) == 0,
                Contenders = random.Next(1, 5),
                Profile = BatchProfile.Unseen
                    .Observe(random.Next(1, 17), TimeSpan.FromMilliseconds(random.Next(1, 500)))
                    .Observe(random.Next(1, 17), TimeSpan.FromMilliseconds(random.Next(1, 500))),
            };

            switch (BatchPolicy.Decide(snapshot, Limits))
            {
                case BatchDecision.Release release:
                    Assert.InRange(release.Count, 1, Math.Min(snapshot.Waiting, snapshot.FreeSlots));
                    break;
                case BatchDecision.WaitFor wait:
                    Assert.True(snapshot.OldestWait + wait.Time <= Limits.MaxWait);
                    Assert.True(snapshot.OldestWait + wait.Time <= snapshot.Slo);
                    Assert.False(snapshot.SandboxIdle);
                    break;
                case BatchDecision.WaitForChange:
                    Assert.True(snapshot.Waiting == 0 || snapshot.FreeSlots == 0);
                    break;
            }
        }
    }

    private static BatchSnapshot Snapshot(int waiting) => new()
    {
        Waiting = waiting,
        OldestWait = TimeSpan.Zero,
        Slo = TimeSpan.FromSeconds(1.02),
        FreeSlots = 32,
        SandboxIdle = false,
        Contenders = 1,
        Profile = BatchProfile.Unseen,
    };
}
