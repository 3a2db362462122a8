using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Simulator.Tests.Traces;

public sealed class TraceThinningTests
{
    private static readonly Trace Whole = new()
    {
        Name = "two",
        Arrival = [.. Enumerable.Range(0, 90).Select(call => (double)call)],
        Function = [.. Enumerable.Range(0, 90).Select(call => call % 9 == 8 ? 1 : 0)],
        PromptTokens = [.. Enumerable.Range(0, 90)],
        OutputTokens = [.. Enumerable.Repeat(1, 90)],
        Functions = [new TraceFunction("often", 0, 10), new TraceFunction("seldom", 0, 10)],
        Length = 90,
    };

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.1)]
    [InlineData(0.034)]
    public void Each_function_keeps_its_share_and_its_first_call(double share)
    {
        var thin = TraceThinning.Thin(Whole, share);

        Assert.Equal([0, 1], thin.Function.Distinct().Order());
        Assert.Equal([0.0, 8.0], [thin.Arrival[0], thin.Arrival[Array.IndexOf(thin.Function, 1)]]);
        Assert.InRange(thin.Function.Count(function => function == 0), 80 * share, (80 * share) + 1);
        Assert.InRange(thin.Function.Count(function => function == 1), 10 * share, (10 * share) + 1);
        Assert.Equal(thin.Arrival, thin.PromptTokens.Select(prompt => (double)prompt));
    }

    [Fact]
    public void No_span_asks_for_more_than_the_bound_and_those_that_ask_for_less_stay_as_they_are()
    {
        // Ninety calls of a second each; the middle third takes ten times as long.
        var thin = TraceThinning.Bound(Whole, 30, call => call is >= 30 and < 60 ? 10 : 1, 100);

        Assert.Equal(Whole.Arrival.Where(at => at is < 30 or >= 60), thin.Arrival.Where(at => at is < 30 or >= 60));
        Assert.InRange(thin.Arrival.Count(at => at is >= 30 and < 60), 9, 12);
        Assert.Equal([0, 1], thin.Function.Where((_, call) => thin.Arrival[call] is >= 30 and < 60).Distinct().Order());
        Assert.Same(Whole, TraceThinning.Bound(Whole, 30, _ => 1, 30));
    }

    [Fact]
    public void What_fits_stays_as_it_is() => Assert.Same(Whole, TraceThinning.Thin(Whole, 1));
}
