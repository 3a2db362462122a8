using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests;

public sealed class MiddleGenerationTests
{
    [Theory]
    [InlineData(31, 0, false)]
    [InlineData(32, 0, true)]
    [InlineData(63, 32, false)]
    [InlineData(90, 32, true)]
    public void It_is_due_after_so_many_of_the_youngest_since_its_last(int youngest, int seen, bool isDue) => Assert.Equal(isDue, MiddleGeneration.IsDue(youngest, seen));

    [Fact]
    public async Task What_many_collections_left_is_collected()
    {
        var clock = new FakeTimeProvider();
        using var generation = new MiddleGeneration(clock);
        await generation.StartedAsync(CancellationToken.None);

        for (var i = 0; i < MiddleGeneration.MostSince; i++)
        {
            GC.Collect(0);
        }

        var before = GC.CollectionCount(1);
        clock.Advance(TimeSpan.FromSeconds(3));

        Assert.InRange(GC.CollectionCount(1), before + 1, int.MaxValue);
    }

    [Fact]
    public async Task It_looks_no_more_when_the_host_is_gone()
    {
        var clock = new FakeTimeProvider();
        var generation = new MiddleGeneration(clock);
        await generation.StartedAsync(CancellationToken.None);
        Assert.Equal(1, clock.ArmedTimers);

        generation.Dispose();

        Assert.Equal(0, clock.ArmedTimers);
    }
}
