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

        Assert.Equal(first with { TtftCurve = [], FoundAt = [] }, second with { TtftCurve = [], FoundAt = [] });
        Assert.Equal(first.FoundAt, second.FoundAt);
        Assert.Equal(1, first.FoundAt.Sum(), 9);
        Assert.Equal(first.Cost, Simulate.Run(One, trace, system).Cost, 12);
        Assert.InRange(first.CostActive + first.CostIdle, 0, first.Cost);
        Assert.InRange(first.CostIdleLeast, 0, first.CostIdle + 1e-9);
        Assert.Equal(first.TtftCurve, second.TtftCurve);
        Assert.Equal(trace.Count, first.Calls);
        Assert.Equal(0, first.Unserved);
        Assert.True(first.TtftMs.P50 >= One.Backbones[0].PrefillMs, $"{system}: {first.TtftMs}");
    }

    public static TheoryData<string> Presets => [.. ClusterPresets.All.Select(preset => preset.Name)];

    [Theory]
    [MemberData(nameof(Presets))]
    public void Every_preset_runs_every_system_and_says_what_it_took(string preset)
    {
        var cluster = ClusterFile.Read(preset);
        TraceFunction[] functions = [.. Enumerable.Range(0, 6).Select(index => new TraceFunction($"f{index}", index % cluster.Backbones.Count, 20))];
        var trace = TraceGenerator.Gamma(functions, 0.2, 600, 1, 1, TokenLengths.Gsm8K, 5);
        var runs = Simulate.SystemNames.Select(system => Simulate.Run(cluster, trace, system)).ToList();

        Assert.All(runs, run => Assert.Equal((trace.Count, 0), (run.Calls, run.Unserved)));
        Assert.All(runs, run => Assert.InRange(run.MemoryHeld, 1e-6, 1));
        Assert.All(runs, run => Assert.True(run is { Cost: > 0, TokensPerSecond: > 0, Redundancy: > 0 } && run.TtftMs.P99 >= run.TtftMs.P50 && run.E2EMs.Mean > run.TtftMs.Mean, $"{run}"));

        var page = HtmlReport.Write(runs);
        Assert.All(Simulate.SystemNames, system => Assert.Contains($"<td>{system}", page, StringComparison.Ordinal));
        Assert.Contains("<svg", page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_file_leaves_out_of_a_cluster_is_as_in_the_presets()
    {
        using var folder = new TempFolder();
        var file = folder.File("mine.json");
        File.WriteAllText(file, """
            {"name":"mine","devices":2,"deviceGigabytes":24,"warmMs":5,"price":{"call":0},"backbones":[{"name":"m","gigabytes":5,"prefillMs":50,"prefillPerCallMs":10,
             "stepMs":10,"stepPerCallMs":0.2,"kvMegabytesPerToken":0.1,"loadMs":2000,"fastLoadMs":900,"sloMs":1000}]}
            """);
        var cluster = ClusterFile.Read(file);

        Assert.Equal((2, 24, 5, 0), (cluster.Devices, cluster.DeviceGigabytes, cluster.WarmMs, cluster.Price.Call));
        Assert.Equal((One.LibrariesMs, One.DiskGigabytesPerSecond, One.Price.ActiveDeviceGigabyte), (cluster.LibrariesMs, cluster.DiskGigabytesPerSecond, cluster.Price.ActiveDeviceGigabyte));
        Assert.True(Simulate.Run(cluster, Calls(0, 40), "lorafaas").Cost > 0);

        File.WriteAllText(file, """{"name":"mine"}""");
        Assert.Throws<FormatException>(() => ClusterFile.Read(file));
        File.WriteAllText(file, """[1]""");
        Assert.Throws<FormatException>(() => ClusterFile.Read(file));
    }

    [Fact]
    public void A_system_that_cannot_keep_up_holds_no_more_memory_than_there_is()
    {
        var cluster = ClusterPresets.A100;
        TraceFunction[] functions = [.. Enumerable.Range(0, 8).Select(index => new TraceFunction($"f{index}", 0, 50))];
        var report = Simulate.Run(cluster, TraceGenerator.Gamma(functions, 0.5, 600, 1, 1, TokenLengths.Gsm8K, 1), "on-demand");

        Assert.True(report.SloMisses > 0.9);
        Assert.InRange(report.MemoryHeld, 0.5, 1);
    }

    [Fact]
    public void Who_is_behind_is_credited_with_the_tokens_of_calls_that_came_before_counting()
    {
        var trace = new Trace
        {
            Name = "behind", Arrival = [0, 100], Function = [0, 0], PromptTokens = [90, 90], OutputTokens = [200, 200], Functions = Two, CountFrom = 5, Length = 102,
        };
        var report = Simulate.Run(One, trace, "serverlesslora@300");

        Assert.Equal(1, report.Calls);
        Assert.Equal(200 / 97.0, report.TokensPerSecond, 1e-9);
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

    [Theory]
    [InlineData(10.25, 0.75)]
    [InlineData(10.75, 0.25)]
    [InlineData(11, 0)]
    public void A_prefill_begins_when_the_step_that_runs_is_over(double steps, double waited)
    {
        var spec = One.Backbones[0];
        var decoding = 100 + (spec.PrefillMs / 1_000);
        var trace = new Trace
        {
            Name = "beside", Arrival = [0, 100, decoding + (steps * spec.StepMs / 1_000)], Function = [0, 0, 0], PromptTokens = [90, 90, 90], OutputTokens = [100, 400, 10],
            Functions = Two, Length = 400,
        };
        var first = Simulate.FirstTokens(One, trace, "serverlesslora@300");

        Assert.Equal(spec.PrefillMs, first[1], 1e-6);
        Assert.Equal(spec.PrefillMs + (waited * spec.StepMs), first[2], 1e-3);
    }

    [Fact]
    public void Where_the_host_computes_a_call_that_comes_delays_the_first_token_that_is_being_made()
    {
        var spec = One.Backbones[0];
        var trace = new Trace
        {
            Name = "meeting", Arrival = [0, 100, 100 + (spec.PrefillMs / 2_000)], Function = [0, 0, 0], PromptTokens = [90, 90, 90], OutputTokens = [1, 1, 1], Functions = Two, Length = 400,
        };
        var first = Simulate.FirstTokens(One with { HostMs = 30 }, trace, "serverlesslora@300");

        Assert.Equal(spec.PrefillMs + 30, first[1], 1e-6);
        Assert.Equal((spec.PrefillMs * 1.5) + 30, first[2], 1e-6);
    }

    [Theory]
    [MemberData(nameof(Systems))]
    public void First_tokens_call_by_call_are_those_of_the_report(string system)
    {
        var trace = TraceGenerator.Gamma(Two, 0.5, 300, 2, 1, TokenLengths.Gsm8K, 3);
        var calls = Simulate.FirstTokens(One, trace, system);

        Assert.Equal(trace.Count, calls.Count);
        Assert.Equal(Simulate.Run(One, trace, system).TtftMs.Mean, calls.Where(call => !double.IsNaN(call)).Average(), 1e-6);
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
    public void The_planner_with_foresight_keeps_what_will_be_called_and_lets_go_of_what_will_not()
    {
        var trace = new Trace
        {
            Name = "hourly", Arrival = [1_800, 5_400, 9_000], Function = [0, 0, 0], PromptTokens = [90, 90, 90], OutputTokens = [100, 100, 100],
            Functions = Two, Length = 10_000,
        };
        var known = Simulate.Run(One, trace, "foresight-policy");

        Assert.Equal(0, known.ColdSeconds, 3);
        Assert.True(known.Cost < Simulate.Run(One, trace, "serverlesslora").Cost);
    }

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(2, 0.5)]
    [InlineData(3, 4)]
    public void Foresight_is_never_colder_than_the_forecast(int seed, double variation)
    {
        var trace = TraceGenerator.Gamma(Two, 0.05, 3_600, variation, 0, TokenLengths.Gsm8K, seed);

        Assert.True(Simulate.Run(One, trace, "foresight-policy").ColdSeconds <= Simulate.Run(One, trace, "lorafaas-policy").ColdSeconds + 0.5);
    }

    [Fact]
    public void A_taken_blank_is_replaced_by_a_start_from_nothing()
    {
        TraceFunction[] many = [new("a", 0, 50), new("b", 0, 50), new("c", 0, 50)];
        var trace = new Trace
        {
            Name = "burst", Arrival = [0.5, 0.501, 0.502], Function = [0, 1, 2], PromptTokens = [90, 90, 90], OutputTokens = [10, 10, 10], Functions = many, Length = 300,
        };
        var report = Simulate.Run(One, trace, "lorafaas-isolated");
        var start = One.WarmMs + One.LibrariesMs + One.KernelsMs;

        // One process from the blank; each of the others waits for the one before to be replaced.
        Assert.InRange(report.ColdMs.Most, 2 * start, 2 * start + One.Backbones[0].FastLoadMs + 500);
    }

    [Fact]
    public void Mixed_steps_let_answers_go_on_while_others_prefill()
    {
        var trace = TraceGenerator.Gamma(Two, 12, 120, 1, 0, TokenLengths.Gsm8K, 5);

        Assert.True(Simulate.Run(ClusterPresets.A100, trace, "plora-mixed").TpotMs.Mean < Simulate.Run(ClusterPresets.A100, trace, "plora").TpotMs.Mean);
    }

    [Fact]
    public void An_adapter_is_found_where_the_idle_rule_left_it()
    {
        var report = Simulate.Run(One, Calls(10, 11, 100), "lorafaas-idle@5");

        Assert.Equal(2 / 3.0, report.FoundAt[1], 9);
        Assert.Equal(1 / 3.0, report.FoundAt[3], 9);
        Assert.Equal(1, Simulate.Run(One with { AdaptersRemote = true }, Calls(10), "serverlesslora").FoundAt[0], 9);
    }

    [Fact]
    public void Calls_that_never_found_room_are_said_and_found_no_adapter_anywhere()
    {
        var report = Simulate.Run(One with { DeviceGigabytes = 13.9 }, Calls(10), "lorafaas-isolated");

        Assert.Equal(1, report.Unserved);
        Assert.Equal([0, 0, 0, 0], report.FoundAt);
        Assert.Contains("1 never found room", report.Missing()!, StringComparison.Ordinal);
        Assert.Contains("1 never found room", HtmlReport.Write([report]), StringComparison.Ordinal);
        Assert.Null(Simulate.Run(One, Calls(10), "lorafaas").Missing());
    }

    [Fact]
    public void A_keep_alive_is_said_after_the_name_and_nonsense_is_refused()
    {
        Assert.Equal(0, Simulate.Run(One, Calls(0, 200), "serverlesslora@300").ColdProcess);
        Assert.Equal(0.5, Simulate.Run(One, Calls(0, 200), "serverlesslora").ColdProcess);
        Assert.Throws<FormatException>(() => Simulate.Run(One, Calls(0), "serverlesslora@soon"));
        Assert.Throws<FormatException>(() => Simulate.Run(One, Calls(0), "nobody"));
    }

    [Fact]
    public void A_compressed_slice_has_only_calls_that_are_clearly_warm_or_clearly_cold()
    {
        var slice = TraceSlices.Read(RepositoryRoot.Of("tests", "data", "traces"), "normal", 0, 6, 1);
        var played = TraceCompression.Of(slice, 600, 2, 0.3, 1, [5, 5, 5, 5, 5, 5], 1);
        var gaps = Enumerable.Range(0, 6).SelectMany(function =>
        {
            var at = Enumerable.Range(0, played.Count).Where(call => played.Function[call] == function).Select(call => played.Arrival[call]).ToArray();
            return at.Zip(at.Skip(1), (left, right) => right - left);
        }).ToArray();

        Assert.All(gaps, gap => Assert.True(gap >= 0.3 - 1e-9 && gap is <= 1 or >= 3));
        Assert.Contains(gaps, gap => gap <= 1);
        Assert.Contains(gaps, gap => gap >= 3);
    }

    [Fact]
    public void The_published_azure_columns_are_read_as_well_as_a_name_and_counts()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("published.csv"), "HashOwner,HashApp,HashFunction,Trigger,1,2\no,a,f,http,3,4\n");
        File.WriteAllText(folder.File("short.csv"), "function_id,m1,m2\ng,5,6\n");

        var published = Assert.Single(TraceFiles.ReadMinutes(folder.File("published.csv")));
        Assert.Equal(("f", 3, 4), (published.Function, published.Counts[0], published.Counts[1]));
        var named = Assert.Single(TraceFiles.ReadMinutes(folder.File("short.csv")));
        Assert.Equal(("g", 5, 6), (named.Function, named.Counts[0], named.Counts[1]));
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
    public void Counts_alone_make_slices_where_no_file_says_the_classes_and_a_trace_too_short_is_refused()
    {
        using var folder = new TempFolder();
        const string Counts = "azure_functions_2019_day_counts.csv.gz";
        File.Copy(Path.Combine(RepositoryRoot.Of("tests", "data", "traces"), Counts), folder.File(Counts));
        var told = TraceSlices.Read(RepositoryRoot.Of("tests", "data", "traces"), "normal", 11);
        var found = TraceSlices.Read(folder.Path, "normal", 11);

        Assert.Equal(told.Arrival, found.Arrival);
        Assert.Throws<InvalidDataException>(() => TraceSlices.Read(folder.Path, "normal", 0, minutes: 1_300));
    }

    [Fact]
    public void A_slice_is_of_functions_that_fit_or_of_none()
    {
        var folder = RepositoryRoot.Of("tests", "data", "traces");
        var slice = TraceSlices.Read(folder, "bursty", 0, minutes: 30, fits: counts => counts.Count == 30 && counts.Sum() is >= 30 and <= 60);

        Assert.All(Enumerable.Range(0, 8), function => Assert.InRange(
            Enumerable.Range(0, slice.Count).Count(call => slice.Function[call] == function && slice.Arrival[call] >= slice.CountFrom), 30, 60));
        Assert.Throws<InvalidDataException>(() => TraceSlices.Read(folder, "bursty", 0, fits: _ => false));
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
