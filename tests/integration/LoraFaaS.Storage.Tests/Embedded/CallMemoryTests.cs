using LoraFaaS.Storage.Embedded.Usage;

namespace LoraFaaS.Storage.Tests.Embedded;

public sealed class CallMemoryTests
{
    private static readonly DateTimeOffset Begun = new(2031, 5, 6, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_oldest_are_forgotten_beyond_the_bound_whichever_came_last()
    {
        var memory = CallMemory.Empty;

        for (var i = 0; i < CallMemory.MostCalls + 10; i++)
        {
            // Every other one began before the one that came before it.
            memory = memory.With(Call(i ^ 1));
        }

        Assert.Equal(CallMemory.MostCalls, memory.Calls.Count());
        Assert.Null(memory.Find("call-9"));
        Assert.NotNull(memory.Find("call-10"));
    }

    [Fact]
    public void What_is_older_than_the_sums_by_hour_is_forgotten()
    {
        var memory = CallMemory.Empty.With(Call(1)).With(Call(2) with { StartedAt = Begun + CallMemory.Kept });

        Assert.NotNull(memory.Find("call-1"));
        memory = memory.With(Call(3) with { StartedAt = Begun + CallMemory.Kept + TimeSpan.FromSeconds(1) });
        Assert.Null(memory.Find("call-1"));
        Assert.NotNull(memory.Find("call-2"));
    }

    [Fact]
    public void A_later_try_takes_the_place_of_the_one_before()
    {
        var memory = CallMemory.Empty.With(Call(1)).With(Call(1) with { Try = 2, StartedAt = Begun.AddHours(1) });

        Assert.Equal(2, memory.Find("call-1")!.Try);
        Assert.Single(memory.Calls);
        Assert.Null(memory.Find(null));
    }

    private static CountedCall Call(int number) => new()
    {
        Key = $"call-{number}",
        Try = 1,
        Function = Fixtures.Sample.Id("sql"),
        StartedAt = Begun.AddSeconds(number),
        Use = new UsageBucket(1, 1, 1, 1, 1),
    };
}
