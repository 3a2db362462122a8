using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.SystemTests;

/// <summary>Each verb of the command against a running platform.</summary>
[Collection(DemoGroup.Name)]
public sealed class CliVerbTests(DemoPlatform demo)
{
    [Fact]
    public async Task A_persons_own_adapter_in_three_commands_and_its_end()
    {
        var (prompt, expected) = DemoData.First("product-title");

        var pushed = await RunAsync("push", Path.Combine(DemoData.Folder, "adapters", "product-title"), "lora://lory-5m/my-titles:v1");
        Assert.True(pushed.ExitCode == 0, pushed.Errors);
        Assert.Contains("sha256:", pushed.Output, StringComparison.Ordinal);

        var deployed = await RunAsync("deploy", "my-titles", "--image", "lora://lory-5m/my-titles:v1", "--label", "team=shop");
        Assert.True(deployed.ExitCode == 0, deployed.Errors);

        var invoked = await RunAsync("invoke", "my-titles", prompt);
        Assert.True(invoked.ExitCode == 0, invoked.Errors);
        Assert.Equal(expected, invoked.Output.Trim());

        var described = await RunAsync("describe", "my-titles", "--json");
        Assert.Contains("\"team\":\"shop\"", described.Output.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);

        Assert.Contains("my-titles", (await RunAsync("list")).Output, StringComparison.Ordinal);
        Assert.Contains("my-titles", (await RunAsync("list", "--json")).Output, StringComparison.Ordinal);

        await TestKit.Time.Patience.UntilAsync(async _ => (await RunAsync("logs", "my-titles", "--lines", "10")).Output.Length > 0, TestKit.Time.Patience.StartLimit);

        Assert.Equal(0, (await RunAsync("remove", "my-titles")).ExitCode);
        var gone = await RunAsync("invoke", "my-titles", "x");
        Assert.Equal(1, gone.ExitCode);
        Assert.Contains("my-titles", gone.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_the_prompt_when_none_is_given()
    {
        var (prompt, expected) = DemoData.First("sentiment");

        var result = await LorafaasCommand.RunAsync(demo.Running.DataFolder, prompt, "invoke", "sentiment");

        Assert.Equal(expected, result.Output.Trim());
        var program = await LorafaasCommand.RunAsync(demo.Running.DataFolder, prompt, "invoke", "sentiment", "--json");
        using var answer = System.Text.Json.JsonDocument.Parse(program.Output);
        Assert.Equal(expected, answer.RootElement.GetProperty("text").GetString());
        Assert.True(answer.RootElement.GetProperty("completionTokens").GetInt32() > 0);
    }

    [Fact]
    public async Task Versions_of_the_command_and_of_the_platform_are_printed()
    {
        var result = await RunAsync("version");

        Assert.Contains("lorafaas  ", result.Output, StringComparison.Ordinal);
        Assert.Contains("platform  ", result.Output, StringComparison.Ordinal);
        using var json = System.Text.Json.JsonDocument.Parse((await RunAsync("version", "--json")).Output);
        Assert.Contains(json.RootElement.GetProperty("platform").GetString()!, result.Output, StringComparison.Ordinal);
        Assert.Equal(1, json.RootElement.GetProperty("workers").GetArrayLength());
    }

    [Fact]
    public async Task Workers_are_listed() => Assert.Contains("ready", (await RunAsync("workers")).Output, StringComparison.Ordinal);

    [Fact]
    public async Task A_worker_is_drained_and_resumed_by_its_name_which_is_completed()
    {
        foreach (var verb in (string[])["drain", "resume"])
        {
            var absent = await RunAsync("workers", verb, "nobody");
            Assert.Equal(1, absent.ExitCode);
            Assert.Contains("nobody", absent.Errors, StringComparison.Ordinal);
        }

        var line = "lorafaas workers ";
        Assert.Subset(Completions(await RunAsync($"[suggest:{line.Length}]", line)), new HashSet<string>(["drain", "resume"], StringComparer.Ordinal));
        line = "lorafaas workers drain ";
        using var workers = System.Text.Json.JsonDocument.Parse((await RunAsync("workers", "--json")).Output);
        var name = workers.RootElement[0].GetProperty("id").GetString()!;

        // A platform that does not answer at once completes nothing.
        await TestKit.Time.Patience.UntilAsync(
            async _ => Completions(await RunAsync($"[suggest:{line.Length}]", line)).Contains(name), TestKit.Time.Patience.StartLimit, $"{name} is completed");

        try
        {
            Assert.Equal($"{name} draining", (await RunAsync("workers", "drain", name)).Output.Trim());
            await StateAsync("draining");
        }
        finally
        {
            Assert.Equal($"{name} resumed", (await RunAsync("workers", "resume", name)).Output.Trim());
        }

        await StateAsync("ready");
        Assert.Equal(0, (await RunAsync("invoke", "sentiment", "a fine room")).ExitCode);

        Task StateAsync(string state) => TestKit.Time.Patience.UntilAsync(
            async _ => (await RunAsync("workers", "--json")).Output.Contains($"\"state\":\"{state}\"", StringComparison.Ordinal), TestKit.Time.Patience.StartLimit, $"the worker is {state}");

        static HashSet<string> Completions(CommandResult result) => [.. result.Output.Split('\n').Select(word => word.Trim())];
    }

    [Fact]
    public async Task A_mistyped_key_in_a_stack_file_is_named_and_nothing_is_deployed()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("stack.yml"), "functions:\n  typo:\n    image: lora://lory-5m/sql\n    anotations: {}\n");

        var result = await RunAsync("deploy", "-f", folder.File("stack.yml"));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("functions.typo.anotations is not a known key; did you mean annotations?", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("typo", (await RunAsync("list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_adapter_that_does_not_fit_is_refused_by_the_name_of_its_field()
    {
        using var folder = new TempFolder();
        var source = Path.Combine(DemoData.Folder, "adapters", "sentiment");
        File.Copy(Path.Combine(source, "adapter_model.safetensors"), folder.File("adapter_model.safetensors"));
        var config = await File.ReadAllTextAsync(Path.Combine(source, "adapter_config.json"));
        await File.WriteAllTextAsync(folder.File("adapter_config.json"), config.Replace("\"use_dora\": false", "\"use_dora\": true", StringComparison.Ordinal));

        var result = await RunAsync("push", folder.Path, "lora://lory-5m/dora");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("use_dora", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_said_as_such()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("wrong"), "wrong");

        var result = await RunAsync("list", "--password-file", folder.File("wrong"));

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("--password-file", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_evaluation_is_a_gate()
    {
        var cases = Path.Combine(DemoData.Folder, "eval", "sentiment.jsonl");
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("wrong.jsonl"), """{"prompt":"the soup was cold","pattern":"^never this$"}""");

        var passed = await RunAsync("eval", cases, "--function", "sentiment", "--limit", "20", "--threshold", "0.8", "--json", "--save", folder.File("report.json"));
        var failed = await RunAsync("eval", folder.File("wrong.jsonl"), "--function", "sentiment", "--threshold", "0.5");
        var absent = await RunAsync("eval", cases, "--function", "nobody", "--limit", "1");

        Assert.True(passed.ExitCode == 0, passed.Output + passed.Errors);
        Assert.Contains("\"cases\": 20", passed.Output, StringComparison.Ordinal);
        Assert.Contains("\"accuracy\"", await File.ReadAllTextAsync(folder.File("report.json")), StringComparison.Ordinal);
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("below the threshold", failed.Errors, StringComparison.Ordinal);
        Assert.Equal(1, absent.ExitCode);
    }

    [Fact]
    public async Task Every_list_has_its_names_and_its_json()
    {
        Assert.Contains("sentiment", (await RunAsync("list", "--quiet")).Output.Split('\n'));
        Assert.StartsWith("[{\"id\"", (await RunAsync("workers", "--json")).Output, StringComparison.Ordinal);
        Assert.Equal("lory-5m", (await RunAsync("backbone", "list", "-q")).Output.Trim());
        Assert.Contains("openfaas-fn", (await RunAsync("namespace", "list", "--json")).Output, StringComparison.Ordinal);
        Assert.Equal("[]", (await RunAsync("async", "dead", "--json")).Output.Trim());
    }

    [Fact]
    public async Task One_look_at_workers_and_functions()
    {
        var frame = await RunAsync("top", "--once", "--interval", "0.2s", "--json");
        var shown = await RunAsync("top", "--once", "--interval", "0.2s");

        Assert.Contains("\"name\":\"sentiment.openfaas-fn\"", frame.Output, StringComparison.Ordinal);
        Assert.Contains("sentiment.openfaas-fn", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_finds_the_running_platform()
    {
        var port = demo.Running.Gateway.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        var result = await RunAsync("doctor", "--port", port);

        Assert.True(result.ExitCode == 0, result.Output + result.Errors);
        Assert.Contains("is the running platform's", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shell_is_told_verbs_and_functions()
    {
        Assert.Contains("describe", (await RunAsync("[suggest:11]", "lorafaas de")).Output, StringComparison.Ordinal);

        // A machine with much else to do may not answer a key press in time; the next one is answered.
        await TestKit.Time.Patience.UntilAsync(
            async _ => (await RunAsync("[suggest:18]", "lorafaas describe ")).Output.Contains("sentiment", StringComparison.Ordinal), TestKit.Time.Patience.StartLimit);
    }

    [Fact]
    public async Task A_namespace_comes_and_goes()
    {
        Assert.Equal(0, (await RunAsync("namespace", "create", "verbs")).ExitCode);
        Assert.Contains("verbs", (await RunAsync("namespace", "list")).Output, StringComparison.Ordinal);
        Assert.Equal("verbs needs API keys", (await RunAsync("namespace", "update", "verbs", "--require-api-key", "true")).Output.Trim());
        Assert.Equal("verbs asks for no keys of its own", (await RunAsync("namespace", "update", "verbs", "--require-api-key", "false")).Output.Trim());
        Assert.Equal(2, (await RunAsync("namespace", "update", "verbs")).ExitCode);
        Assert.Equal(0, (await RunAsync("namespace", "remove", "verbs")).ExitCode);
        Assert.Equal(1, (await RunAsync("namespace", "remove", "verbs")).ExitCode);
    }

    [Fact]
    public async Task A_stack_goes_to_the_namespace_that_the_command_line_names_and_is_listed_with_all_others()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("stack.yml"), "functions:\n  elsewhere:\n    image: lora://lory-5m/sql\n    labels: {team: a, kept: yes}\n");
        Assert.Equal(0, (await RunAsync("namespace", "create", "staging")).ExitCode);

        var deployed = await RunAsync("deploy", "-f", folder.File("stack.yml"), "-n", "staging", "--label", "team=b");
        var listed = await RunAsync("list", "--all-namespaces", "--quiet");
        var described = await RunAsync("describe", "elsewhere.staging");
        var image = await RunAsync("deploy", "-f", folder.File("stack.yml"), "--image", "lora://lory-5m/sql");
        var both = await RunAsync("deploy", "elsewhere", "-f", folder.File("stack.yml"));

        Assert.True(deployed.ExitCode == 0, deployed.Errors);
        Assert.Subset(listed.Output.Split('\n').ToHashSet(), new HashSet<string>(["elsewhere.staging", "sentiment.openfaas-fn"], StringComparer.Ordinal));
        Assert.Contains("team=b", described.Output, StringComparison.Ordinal);
        Assert.Contains("kept=yes", described.Output, StringComparison.Ordinal);
        Assert.Contains($"{demo.Running.Gateway}function/elsewhere.staging", described.Output, StringComparison.Ordinal);
        Assert.Contains("no calls", described.Output, StringComparison.Ordinal);
        Assert.Equal((2, 2), (image.ExitCode, both.ExitCode));
        Assert.Contains("--image", image.Errors, StringComparison.Ordinal);
        Assert.Contains("--filter elsewhere", both.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("remove", "elsewhere.staging")).ExitCode);
        Assert.Equal(0, (await RunAsync("namespace", "remove", "staging")).ExitCode);
    }

    /// <summary>The platform's own folder holds the connection that <c>up</c> remembered.</summary>
    private Task<CommandResult> RunAsync(params string[] arguments) => LorafaasCommand.RunAsync(demo.Running.DataFolder, null, arguments);
}
