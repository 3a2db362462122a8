using LoraFaaS.Simulator.Cluster;
using LoraFaaS.Simulator.Reports;
using LoraFaaS.Simulator.Traces;

namespace LoraFaaS.Simulator.Tests;

public sealed class OverloadTests
{
    private static readonly TraceFunction[] Many = [.. Enumerable.Range(0, 400).Select(index => new TraceFunction($"f{index}", 0, 67))];

    [Theory]
    [InlineData("plora")]
    [InlineData("plora-mixed")]
    [InlineData("slora")]
    [InlineData("lorafaas-engine")]
    public void Calls_that_wait_hold_no_adapter_so_that_an_overloaded_device_goes_on(string system)
    {
        // Adapters of twice the memory that the backbone leaves: were each waiting call to keep its own, no call would ever have room for its tokens.
        var large = ClusterPresets.A100 with { Backbones = [ClusterPresets.Llama13BOnA100] };
        var served = Run(large, system, 15);
        var overloaded = Run(large, system, 60);

        Assert.True(overloaded.TokensPerSecond > 0.9 * served.TokensPerSecond, $"{overloaded.TokensPerSecond} of {served.TokensPerSecond}");
        Assert.Equal(0, overloaded.Unserved);
    }

    [Fact]
    public void What_would_be_late_is_refused_so_that_others_are_in_time()
    {
        var ours = Run(ClusterPresets.A100, "lorafaas-engine", 90);
        var served = Run(ClusterPresets.A100, "lorafaas-engine", 50);

        Assert.Equal(0, served.Refused);
        Assert.InRange((double)ours.Refused / ours.Calls, 0.2, 0.6);
        Assert.True(ours.GoodPerSecond > 0.6 * served.GoodPerSecond, $"{ours.GoodPerSecond} after {served.GoodPerSecond}");
        Assert.True(ours.GoodPerSecond > 2 * Run(ClusterPresets.A100, "plora-mixed", 90).GoodPerSecond);
    }

    [Fact]
    public void Where_memory_ends_before_the_places_do_what_would_be_late_is_refused_too()
    {
        // Answers of 110 tokens: memory for some 170 calls, places for 256.
        var served = Run(ClusterPresets.A100, "lorafaas-engine", 18, TokenLengths.Gsm8K);
        var overloaded = Run(ClusterPresets.A100, "lorafaas-engine", 35, TokenLengths.Gsm8K);

        Assert.InRange((double)overloaded.Refused / overloaded.Calls, 0.15, 0.6);
        Assert.True(overloaded.GoodPerSecond > 0.6 * served.GoodPerSecond, $"{overloaded.GoodPerSecond} after {served.GoodPerSecond}");
    }

    [Fact]
    public void A_call_for_which_no_device_has_memory_keeps_nobody_waiting()
    {
        var trace = new Trace
        {
            Name = "huge", Arrival = [31, 32, 33], Function = [0, 0, 0], PromptTokens = [100, 1_000_000, 100], OutputTokens = [10, 10, 10], Functions = Many[..1], Length = 90,
        };

        Assert.All(Simulate.SystemNames, system =>
        {
            var report = Simulate.Run(ClusterPresets.A100, trace, system);
            Assert.True(report.Unserved == 1 && report.Refused == 0, $"{system}: {report.Missing()}");
        });
    }

    [Fact]
    public void A_run_is_broken_off_when_it_is_asked_to()
    {
        using var asked = new CancellationTokenSource();
        asked.Cancel();

        Assert.Throws<OperationCanceledException>(() => Simulate.Run(
            ClusterPresets.A100, TraceGenerator.Gamma(Many, 5, 10, 1, 0.9, TokenLengths.Brief, 1), "lorafaas", cancellationToken: asked.Token));
    }

    private static RunReport Run(ClusterSpec cluster, string system, double rate, TokenLengths? lengths = null) =>
        Simulate.Run(cluster, TraceGenerator.Gamma(Many, rate, 90, 1, 0.9, lengths ?? TokenLengths.Brief, 1, countFrom: 30), system, priceMs: 0);
}
