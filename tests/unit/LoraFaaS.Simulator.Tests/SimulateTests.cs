using LoraFaaS.Simulator.Cluster;
using LoraFaaS.Simulator.Reports;
using LoraFaaS.Simulator.Traces;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Simulator.Tests;

public sealed class SimulateTests
{
    private static readonly TraceFunction[] Two = [new("a", 0, 50), new("b", 0, 50)];

    private static ClusterSpec One { get; } = ClusterPresets.L40S with { Devices = 1, Backbones = [ClusterPresets.Llama7BOnL40S] };

    public static TheoryData<string> Systems => [.. Simulate.SystemNames];

    [Theory]
    [MemberData(nameof(Systems))]
    public void The_same_trace_gives_the_same_report_and_every_call_is_accounted_for(string system)
    {
        var trace = TraceGenerator.Gamma(Two, 0.5, 300, 2, 1, TokenLengths.Gsm8K, 3);
        var first = Simulate.Run(One, trace, system);
        var second = Simulate.Run(One, trace, system);

        Assert.Equal(first with { TtftCurve = [] }, second with { TtftCurve = [] });
        Assert.Equal(first.TtftCurve, second.TtftCurve);
        Assert.Equal(trace.Count, first.Calls);
        Assert.Equal(0, first.Unserved);
        Assert.True(first.TtftMs.P50 >= One.Backbones[0].PrefillMs, $"{system}: {first.TtftMs}");
    }

    [Fact]
    public void A_lonely_call_takes_exactly_the_stages_of_the_time_line()
    {
        var trace = Calls(0.0);
        var report = Simulate.Run(One, trace, "serverlesslora");
        var spec = One.Backbones[0];
        var copy = 50 / 1024.0 / One.DeviceGigabytesPerSecond * 1000;
        var read = 50 / 1024.0 / One.DiskGigabytesPerSecond * 1000;

        Assert.Equal(One.WarmMs + One.LibrariesMs + spec.LoadMs + read + copy + One.AttachMs + One.KernelsMs + spec.PrefillMs, report.TtftMs.Mean, 1.0);
        Assert.Equal(1, report.ColdBackbone);
    }

    [Fact]
    public void A_call_within_the_keep_alive_is_warm_and_one_after_it_starts_a_process_on_the_backbone_that_stayed()
    {
        var report = Simulate.Run(One, Calls(0, 40, 300), "serverlesslora");

        Assert.Equal(1 / 3.0, report.ColdBackbone, 9);
        Assert.Equal(1 / 3.0, report.ColdProcess, 9);
        Assert.Equal(One.Backbones[0].PrefillMs, report.TtftCurve[0], 1e-6);
    }

    [Fact]
    public void Foresight_is_warm_for_every_call_and_keeps_nothing_in_between()
    {
        var trace = new Trace
        {
            Name = "hourly", Arrival = [1_800, 5_400, 9_000], Function = [0, 0, 0], PromptTokens = [90, 90, 90], OutputTokens = [100, 100, 100],
            Functions = Two, Length = 10_000,
        };
        var oracle = Simulate.Run(One, trace, "oracle");
        var always = Simulate.Run(One, trace, "fixed-10min");

        Assert.Equal(0, oracle.ColdSeconds, 3);
        Assert.True(oracle.Cost < always.Cost);
    }

    [Fact]
    public void Sharing_a_backbone_holds_one_copy_where_each_process_held_its_own()
    {
        var trace = TraceGenerator.Gamma(Two, 1, 300, 1, 0, TokenLengths.Gsm8K, 3);

        Assert.True(Simulate.Run(One, trace, "fixed-10min").Redundancy > 1.5);
        Assert.InRange(Simulate.Run(One, trace, "serverlesslora").Redundancy, 0.5, 1.05);
    }

    [Fact]
    public void Processes_that_compute_on_one_device_stretch_each_other()
    {
        var alone = Simulate.Run(One, Two_at(0, 100, 100.0, same: true), "serverlesslora");
        var beside = Simulate.Run(One, Two_at(0, 100, 100.0, same: false), "serverlesslora");

        Assert.True(beside.TpotMs.Mean > alone.TpotMs.Mean * 1.3);
    }

    [Fact]
    public void Regular_calls_are_expected_by_the_planner()
    {
        // Every ten minutes for eight hours, the last half counted: longer than a keep-alive of a minute.
        double[] arrivals = [.. Enumerable.Range(0, 48).Select(index => 600.0 * index)];
        var trace = new Trace
        {
            Name = "regular", Arrival = arrivals, Function = new int[48], PromptTokens = [.. arrivals.Select(_ => 90)], OutputTokens = [.. arrivals.Select(_ => 100)],
            Functions = Two, CountFrom = 14_000, Length = 28_800,
        };

        Assert.Equal(1, Simulate.Run(One, trace, "serverlesslora").ColdProcess, 3);
        Assert.Equal(0, Simulate.Run(One, trace, "lorafaas-policy").ColdProcess, 3);
    }

    [Fact]
    public void Slices_are_the_same_each_time_and_of_eight_functions()
    {
        var folder = RepositoryRoot.Of("tests", "data", "traces");
        var first = TraceSlices.Read(folder, "bursty", 3);
        var second = TraceSlices.Read(folder, "bursty", 3);

        Assert.Equal(first.Arrival, second.Arrival);
        Assert.Equal(8, first.Functions.Count);
        Assert.All(first.Functions, function => Assert.Contains(Enumerable.Range(0, first.Count), call => first.Functions[first.Function[call]] == function));
    }

    [Fact]
    public void The_page_stands_alone_and_escapes_names()
    {
        var report = Simulate.Run(One, Calls(0, 5), "lorafaas") with { System = "<b>" };
        var page = HtmlReport.Write([report]);

        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.Contains("<polyline", page, StringComparison.Ordinal);
    }

    private static Trace Two_at(double first, double second, double third, bool same) => new()
    {
        Name = "two", Arrival = [first, second, third + 1, third + 60], Function = [0, same ? 0 : 1, 0, same ? 0 : 1], PromptTokens = [90, 90, 90, 90], OutputTokens = [400, 400, 400, 400],
        Functions = Two, CountFrom = 50, Length = 400,
    };

    private static Trace Calls(params double[] arrivals) => new()
    {
        Name = "calls", Arrival = arrivals, Function = new int[arrivals.Length], PromptTokens = [.. arrivals.Select(_ => 90)], OutputTokens = [.. arrivals.Select(_ => 100)],
        Functions = Two, Length = arrivals[^1] + 400,
    };
}
