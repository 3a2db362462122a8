using LoraFaaS.Policies.Fairness;

namespace LoraFaaS.Policies.Tests.Fairness;

public sealed class ProcessorAllowanceTests
{
    private const double Allowed = 0.5;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(0.5);

    [Fact]
    public void One_that_spins_comes_last_and_for_longer_each_time()
    {
        var allowance = ProcessorAllowance.Full;
        var (time, free) = (0.0, 0.0);
        List<TimeSpan> pauses = [];

        for (; time < 600; time += Look.TotalSeconds)
        {
            var was = allowance.IsLast;
            allowance = allowance.After(Look * 2, TimeSpan.Zero, Look, Allowed);
            free += was ? 0 : Look.TotalSeconds;

            if (allowance.IsLast && !was)
            {
                pauses.Add(allowance.LastFor);
            }
        }

        Assert.Equal(ProcessorAllowance.FirstPause, pauses[0]);
        Assert.All(pauses.Zip(pauses.Skip(1)), pair => Assert.True(pair.Second == ProcessorAllowance.LongestPause || pair.Second == pair.First * 2));
        Assert.True(free < 0.03 * time, $"{free} s of {time} s");
    }

    [Fact]
    public void What_was_granted_by_turns_is_not_counted() =>
        Assert.Equal(ProcessorAllowance.Full, Enumerable.Range(0, 1_000).Aggregate(ProcessorAllowance.Full, (allowance, _) => allowance.After(Look * 2, Look * 2, Look, Allowed)));

    [Fact]
    public void Steady_work_within_the_share_and_bursts_within_the_bucket_are_nobodys_business()
    {
        var allowance = ProcessorAllowance.Full.After(TimeSpan.FromSeconds(1), TimeSpan.Zero, Look, Allowed);

        for (var i = 0; i < 1_000; i++)
        {
            Assert.False(allowance.IsLast);
            allowance = allowance.After(Look * Allowed, TimeSpan.Zero, Look, Allowed);
        }
    }

    [Fact]
    public void Who_rests_is_forgiven()
    {
        var allowance = ProcessorAllowance.Full;

        for (var i = 0; i < 40; i++)
        {
            allowance = allowance.After(Look * 4, TimeSpan.Zero, Look, Allowed);
        }

        for (var i = 0; i < 1_000; i++)
        {
            allowance = allowance.After(TimeSpan.Zero, TimeSpan.Zero, Look, Allowed);
        }

        Assert.Equal(ProcessorAllowance.Full, allowance);
    }

    [Fact]
    public void Whatever_comes_its_parts_stay_within_their_bounds()
    {
        var random = new Random(7);
        var allowance = ProcessorAllowance.Full;

        for (var i = 0; i < 10_000; i++)
        {
            var elapsed = TimeSpan.FromSeconds(random.NextDouble() * random.Next(1, 100));
            allowance = allowance.After(elapsed * random.NextDouble() * 4, elapsed * random.NextDouble(), elapsed, random.NextDouble());
            Assert.InRange(allowance.Left, TimeSpan.Zero, ProcessorAllowance.Bucket);
            Assert.InRange(allowance.LastFor, TimeSpan.Zero, ProcessorAllowance.LongestPause);
            Assert.True(allowance.IsLast || allowance.Left > TimeSpan.Zero);
        }
    }
}
