using System.Text.Json;
using System.Text.RegularExpressions;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.SystemTests;

/// <summary>The forms in which verbs print, their exit codes, and what an error says to do.</summary>
[Collection(DemoGroup.Name)]
public sealed partial class CliOutputTests(DemoPlatform demo)
{
    /// <summary>Those of the design, and what came later.</summary>
    private static readonly string[] Verbs =
    [
        "up", "demo", "backbone", "new", "push", "deploy", "apply", "list", "describe", "invoke", "async", "logs", "scale", "revisions", "traffic", "promote", "rollback", "remove",
        "secret", "key", "namespace", "audit", "workers", "gateway", "top", "cost", "forecast", "plan", "simulate", "eval", "bench", "doctor", "completion", "version",
    ];

    [Fact]
    public async Task Every_verb_is_in_the_help()
    {
        var help = await RunAsync("--help");

        Assert.Equal(0, help.ExitCode);
        var named = help.Output.Split('\n').Select(line => line.TrimStart().Split(' ', ',')[0]).ToHashSet(StringComparer.Ordinal);
        Assert.All(Verbs, verb => Assert.Contains(verb, named));
    }

    [Fact]
    public async Task A_days_cost_is_shown_function_by_function()
    {
        var table = await RunAsync("cost");
        var json = await RunAsync("cost", "--json", "--namespace", "openfaas-fn");
        var names = await RunAsync("cost", "-q");

        Assert.True(table.ExitCode == 0, table.Errors);
        Assert.Contains("unshared", table.Output, StringComparison.Ordinal);
        Assert.Contains("sentiment.openfaas-fn", names.Output.Split('\n'));
        using var cost = JsonDocument.Parse(json.Output);
        var functions = cost.RootElement.GetProperty("functions").EnumerateArray().ToList();
        Assert.Equal(cost.RootElement.GetProperty("cost").GetDouble(), functions.Sum(function => function.GetProperty("cost").GetDouble()), 9);
        Assert.Contains("\"functions\":[]", (await RunAsync("cost", "--day", "2020-01-31", "--json")).Output, StringComparison.Ordinal);

        var wrong = await RunAsync("cost", "--day", "yesterday");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("as in 2026-01-31", wrong.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_verb_changed_is_printed_in_the_form_that_was_asked_for()
    {
        Assert.Equal(0, (await RunAsync("deploy", "printed", "--image", "lora://lory-5m/sql:latest")).ExitCode);

        Assert.Equal("printed.openfaas-fn scaled to 1", (await RunAsync("scale", "printed", "1")).Output.Trim());
        Assert.Equal("printed.openfaas-fn", (await RunAsync("scale", "printed", "1", "--quiet")).Output.Trim());
        Assert.Equal("{\"name\":\"printed.openfaas-fn\",\"done\":\"scaled to 0\"}", (await RunAsync("scale", "printed", "0", "--json")).Output.Trim());

        using var begun = JsonDocument.Parse((await RunAsync("new", $"begun-{Guid.NewGuid():N}", "--json")).Output);
        Assert.Contains("stack.yml", begun.RootElement.GetProperty("files").EnumerateArray().Select(file => file.GetString()));

        await RunAsync("invoke", "printed", "x");
        await TestKit.Time.Patience.UntilAsync(async _ => (await RunAsync("logs", "printed", "--lines", "1", "--json")).Output.Length > 0, TestKit.Time.Patience.StartLimit);
        using var line = JsonDocument.Parse((await RunAsync("logs", "printed", "--lines", "1", "--json")).Output.Split('\n')[0]);
        Assert.Equal("printed", line.RootElement.GetProperty("name").GetString());
        Assert.StartsWith("invocation ", (await RunAsync("logs", "printed", "--lines", "1", "--quiet")).Output, StringComparison.Ordinal);

        Assert.Equal("{\"name\":\"printed.openfaas-fn\",\"done\":\"removed\"}", (await RunAsync("remove", "printed", "--json")).Output.Trim());
    }

    [Fact]
    public async Task A_simulation_is_printed_or_saved_as_json()
    {
        using var folder = new TempFolder();

        var result = await RunAsync("simulate", "--seconds", "20", "--functions", "4", "--system", "lorafaas", "--json", "--save", folder.File("reports.json"));

        Assert.True(result.ExitCode == 0, result.Errors);
        using var printed = JsonDocument.Parse(result.Output);
        using var saved = JsonDocument.Parse(await File.ReadAllTextAsync(folder.File("reports.json")));
        Assert.Equal("lorafaas", printed.RootElement[0].GetProperty("system").GetString(), ignoreCase: true);
        Assert.Equal(1, saved.RootElement.GetArrayLength());
        Assert.Empty(result.Errors);

        await File.WriteAllTextAsync(folder.File("empty.csv"), "function,m1,m2\n");
        await File.WriteAllBytesAsync(folder.File("junk.csv.gz"), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

        await File.WriteAllTextAsync(folder.File("stuck.json"), """{"name":"stuck","devices":1,"deviceGigabytes":24,"backbones":[{"name":"m","gigabytes":5,"prefillMs":50,"prefillPerCallMs":10,"stepMs":0,"stepPerCallMs":0.2,"kvMegabytesPerToken":0.1,"loadMs":2000,"fastLoadMs":900,"sloMs":1000}]}""");

        foreach (var wrong in (string[][])[
            ["--adapter-mb", "1000000"], ["--rate", "0.001", "--seconds", "1"], ["--cluster", folder.File("stuck.json")], ["--functions", "0"], ["--rate", "-1"], ["--seconds", "0"], ["--system", "nobody"], ["--cluster", "nowhere"], ["--minutes", folder.File("empty.csv")], ["--requests", folder.File("empty.csv")],
            ["--minutes", folder.File("junk.csv.gz")], ["--html", Path.Combine(folder.Path, "nowhere", "page.html")]])
        {
            var refused = await RunAsync(["simulate", .. wrong]);
            Assert.True(refused.ExitCode == 2 && refused.Errors.StartsWith("error: ", StringComparison.Ordinal), string.Join(' ', wrong) + ": " + refused.Errors);
        }
    }

    [Fact]
    public async Task A_plan_is_shown_with_its_reasons_and_explained_for_one_function()
    {
        await TestKit.Time.Patience.UntilAsync(async _ => NumberOf(await RunAsync("plan", "--json")) > 0, TestKit.Time.Patience.StartLimit, "a plan");

        var explained = await RunAsync("plan", "explain", "sentiment");
        Assert.True(explained.ExitCode == 0, explained.Errors);
        Assert.Contains("sentiment.openfaas-fn: ", explained.Output, StringComparison.Ordinal);

        using var json = JsonDocument.Parse((await RunAsync("plan", "explain", "sentiment.openfaas-fn", "--json")).Output);
        Assert.NotEqual(0, json.RootElement.GetProperty("explanation").GetString()!.Length);
        Assert.All(json.RootElement.GetProperty("lines").EnumerateArray(), line =>
        {
            Assert.NotEqual(0, line.GetProperty("reason").GetString()!.Length);
            Assert.True(!line.TryGetProperty("function", out var function) || function.GetString() is null or "sentiment.openfaas-fn", line.ToString());
        });

        Assert.Contains("nobody.openfaas-fn: It is not deployed.", (await RunAsync("plan", "explain", "nobody")).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("plan", "explain")).ExitCode);
    }

    [Fact]
    public async Task A_gateway_that_is_gone_is_passed_over_and_none_at_all_has_an_exit_code_of_its_own()
    {
        var password = Path.Combine(demo.Running.DataFolder, "cli-password");
        await File.WriteAllTextAsync(password, demo.Running.Password);

        var second = await RunAsync("list", "-q", "--gateway", $"http://127.0.0.1:9,{demo.Running.Gateway}", "--password-file", password);
        var none = await RunAsync("list", "--gateway", "http://127.0.0.1:9,http://127.0.0.1:10");
        var wrong = await RunAsync("list", "--gateway", "http://127.0.0.1:9,nonsense");

        Assert.True(second.ExitCode == 0, second.Errors);
        Assert.Contains("sentiment", second.Output.Split('\n'));
        Assert.Equal(3, none.ExitCode);
        Assert.Contains("deploy/up.sh", none.Errors, StringComparison.Ordinal);
        Assert.Equal(2, wrong.ExitCode);
    }

    [Fact]
    public async Task Errors_say_what_to_do_next()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("wrong"), "not the password");

        var refused = await RunAsync("list", "--password-file", folder.File("wrong"));
        var absent = await RunAsync("invoke", "nobody", "x");
        var folderless = await RunAsync("push", folder.File("none"), "lora://lory-5m/none");
        var verbless = await RunAsync("dploy");

        Assert.Equal((1, 1, 2, 2), (refused.ExitCode, absent.ExitCode, folderless.ExitCode, verbless.ExitCode));
        Assert.Contains("--password-file", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("lorafaas list", absent.Errors, StringComparison.Ordinal);
        Assert.Contains(folder.File("none"), folderless.Errors, StringComparison.Ordinal);
        Assert.Contains("deploy", verbless.Output + verbless.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_says_what_is_missing_and_what_it_means()
    {
        var result = await RunAsync("doctor", "--port", "0", "--json");
        using var findings = JsonDocument.Parse(result.Output);
        var cuda = findings.RootElement.EnumerateArray().Single(finding => finding.GetProperty("subject").GetString() == "CUDA");

        Assert.Contains("missing", cuda.GetProperty("found").GetString(), StringComparison.Ordinal);
        Assert.Contains("CPU engine", cuda.GetProperty("meaning").GetString(), StringComparison.Ordinal);
        Assert.All(findings.RootElement.EnumerateArray(), finding => Assert.True(
            finding.GetProperty("state").ToString() is "Good" or "good" or "0" || finding.GetProperty("meaning").GetString()!.Length > 0, finding.ToString()));
    }

    /// <summary>On a terminal of 80 columns, which script(1) makes.</summary>
    [Fact]
    public async Task Tables_fit_a_narrow_terminal_and_a_push_shows_its_bar()
    {
        foreach (var verb in (string[])["list", "workers", "workers --artifacts", "cost", "plan", "forecast", "key list", "audit", "revisions sentiment", "describe sentiment"])
        {
            var lines = await OnTerminalAsync(verb);
            Assert.True(lines.Count > 0, verb);
            Assert.All(lines, line => Assert.True(line.Length <= 80, $"{verb}: {line.Length} columns: {line}"));
        }

        var pushed = await OnTerminalAsync($"push {Path.Combine(DemoData.Folder, "adapters", "sentiment")} lora://lory-5m/with-a-bar:v1");
        Assert.Contains(pushed, line => line.Contains('━', StringComparison.Ordinal));
    }

    /// <summary>Lines as they are seen: without colours, and each as it was last drawn over.</summary>
    private async Task<List<string>> OnTerminalAsync(string verb)
    {
        var host = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";
        var environment = new Dictionary<string, string?>
        {
            ["LORAFAAS_CONFIG"] = Path.Combine(demo.Running.DataFolder, "config"), ["LORAFAAS_GATEWAY"] = null, ["OPENFAAS_URL"] = null, ["LORAFAAS_PASSWORD"] = null,
            ["LORAFAAS_PASSWORD_FILE"] = null, ["TERM"] = "xterm",
        };
        await using var terminal = TestKit.Processes.ChildProcess.Start(
            "script", ["-qec", $"stty cols 80 rows 40; '{host}' exec '{LorafaasCommand.Assembly}' {verb}", "/dev/null"], demo.Running.DataFolder, environment);
        terminal.CloseInput();
        Assert.True(await terminal.Exited.WaitAsync(TestKit.Time.Patience.StartLimit) == 0, terminal.Tail());
        return [.. terminal.Output.SelectMany(line => ControlPattern().Replace(line, "").Split('\r')).Where(line => line.Trim().Length > 0)];
    }

    [GeneratedRegex("\u001b(\\[[0-9;?]*[A-Za-z]|\\][^\u0007]*\u0007|.)")]
    private static partial Regex ControlPattern();

    private static long NumberOf(CommandResult plan)
    {
        using var json = JsonDocument.Parse(plan.Output);
        return json.RootElement.GetProperty("number").GetInt64();
    }

    private Task<CommandResult> RunAsync(params string[] arguments) => LorafaasCommand.RunAsync(demo.Running.DataFolder, null, arguments);
}
