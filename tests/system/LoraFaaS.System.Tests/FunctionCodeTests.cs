using System.ClientModel;
using System.Net;
using System.Text;
using System.Text.Json;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;
using OpenAI;
using OpenAI.Chat;

namespace LoraFaaS.SystemTests;

/// <summary>Functions with code of their own: deployed by the command, called in every way there is.</summary>
[Collection(DemoGroup.Name)]
public sealed class FunctionCodeTests(DemoPlatform demo)
{
    [Fact]
    public async Task The_sample_that_makes_json_of_the_adapters_answer_serves_every_kind_of_caller()
    {
        var (prompt, expected) = DemoData.First("ticket-router");
        await DeployAsync("tickets", "lora://lory-5m/ticket-router", Built("LoraFaaS.Samples.Tickets"));
        using var route = JsonDocument.Parse(expected);
        var queue = route.RootElement.GetProperty("queue").GetString();

        using var response = await demo.Running.InvokeAsync("tickets", prompt);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, body);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(queue, JsonDocument.Parse(body).RootElement.GetProperty("queue").GetString());
        Assert.Contains("handler=", response.Headers.GetValues("X-Lorafaas-Cold-Start").Single(), StringComparison.Ordinal);

        using var empty = await demo.Running.InvokeAsync("tickets", "");
        Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);

        var client = new OpenAIClient(new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(demo.Running.Gateway, "v1") });
        ChatCompletion completion = await client.GetChatClient("tickets").CompleteChatAsync(new UserChatMessage(prompt));
        Assert.Equal(body, completion.Content[0].Text);
        Assert.True(completion.Usage.OutputTokenCount > 0);

        var streamed = new StringBuilder();

        await foreach (var update in client.GetChatClient("tickets").CompleteChatStreamingAsync(new UserChatMessage(prompt)))
        {
            streamed.Append(string.Concat(update.ContentUpdate.Select(part => part.Text)));
        }

        Assert.Equal(body, streamed.ToString());
        await AsEventAsync(prompt, body);
        await AsynchronousAsync(prompt, body);
    }

    [Fact]
    public async Task The_sample_that_asks_twice_counts_both_and_checks_what_it_answers()
    {
        var (prompt, expected) = DemoData.First("sql");
        await DeployAsync("checked-sql", "lora://lory-5m/sql", Built("LoraFaaS.Samples.CheckedSql"));

        using var response = await demo.Running.InvokeAsync("checked-sql", prompt);
        var body = await response.Content.ReadAsStringAsync();

        Assert.True(response.IsSuccessStatusCode, body);
        using var answer = JsonDocument.Parse(body);
        Assert.Equal(expected, answer.RootElement.GetProperty("sql").GetString());

        // Metered by the worker, both generations in the one invocation.
        var tokens = answer.RootElement.GetProperty("tokens").GetInt32();
        await Patience.UntilAsync(async _ => (await RunAsync("logs", "checked-sql", "--lines", "20")).Output.Contains($"tokens={tokens}", StringComparison.Ordinal), Patience.StartLimit);
    }

    [Fact]
    public async Task A_new_project_builds_against_the_package_deploys_and_answers()
    {
        var name = $"fresh-{Guid.NewGuid():N}"[..12];

        var made = await RunAsync("new", name, "--with-code", "--image", "lora://lory-5m/sentiment");
        Assert.True(made.ExitCode == 0, made.Errors);
        await TestsRunAsync(name);
        var deployed = await RunAsync("deploy", "-f", Path.Combine(name, "stack.yml"));
        Assert.True(deployed.ExitCode == 0, deployed.Errors);

        var (prompt, expected) = DemoData.First("sentiment");
        Assert.Equal(expected, await demo.Running.AnswerAsync(name, prompt));

        // The same sources give the same package, and so no new revision.
        await RunAsync("deploy", "-f", Path.Combine(name, "stack.yml"));
        using var again = await demo.Running.InvokeAsync(name, prompt);
        Assert.Equal("1", again.Headers.GetValues("X-Lorafaas-Revision").Single());
    }

    [Fact]
    public async Task What_is_no_package_is_refused_before_anything_is_deployed()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("Nothing.deps.json"), "{}");
        await File.WriteAllTextAsync(folder.File("Nothing.dll"), "not an assembly");

        var refused = await RunAsync("deploy", "nothing", "--image", "lora://lory-5m/sql", "--code", folder.Path);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("Nothing.dll is not a .NET assembly", refused.Errors, StringComparison.Ordinal);

        var unknown = await RunAsync("deploy", "nothing", "--image", "lora://lory-5m/sql", "--annotation", $"lorafaas.io/code=sha256:{new string('0', 64)}");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("lorafaas.io/code", unknown.Errors, StringComparison.Ordinal);
    }

    /// <summary>As their author runs them; and they can fail.</summary>
    private async Task TestsRunAsync(string name)
    {
        var folder = Path.Combine(demo.Running.DataFolder, name);
        await using var passing = StartTests(folder);
        passing.CloseInput();
        Assert.True(await passing.Exited.WaitAsync(Patience.StartLimit) == 0, passing.Tail());
        Assert.Contains(passing.Output, line => line.Contains("2 passed, 0 failed", StringComparison.Ordinal));

        var tests = Path.Combine(folder, "tests", "Tests.cs");
        await File.WriteAllTextAsync(tests, (await File.ReadAllTextAsync(tests)).Replace("Equal(1, adapter", "Equal(2, adapter", StringComparison.Ordinal));
        await using var failing = StartTests(folder);
        failing.CloseInput();
        Assert.NotEqual(0, await failing.Exited.WaitAsync(Patience.StartLimit));
        Assert.Contains(failing.Output, line => line.Contains("1 instead of 2", StringComparison.Ordinal));
    }

    private static ChildProcess StartTests(string folder) => ChildProcess.Start(
        Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet", ["test", Path.Combine(folder, "tests"), "-nodeReuse:false"], folder);

    private static string Built(string sample) => Path.GetDirectoryName(RepositoryRoot.Built($"function-sdk/samples/{sample}", sample + ".dll"))!;

    private async Task DeployAsync(string name, string image, string code)
    {
        var deployed = await RunAsync("deploy", name, "--image", image, "--code", code);
        Assert.True(deployed.ExitCode == 0, deployed.Errors);
    }

    private async Task AsEventAsync(string prompt, string expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "function/tickets") { Content = new StringContent(prompt, Encoding.UTF8, "text/plain") };
        request.Headers.Add("ce-specversion", "1.0");
        request.Headers.Add("ce-id", "7");
        request.Headers.Add("ce-source", "/tests");
        request.Headers.Add("ce-type", "ticket.opened");

        using var response = await demo.Running.Http.SendAsync(request);

        Assert.Equal("io.lorafaas.function.reply", response.Headers.GetValues("ce-type").Single());
        Assert.Equal("7", response.Headers.GetValues("ce-causationid").Single());
        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
    }

    private async Task AsynchronousAsync(string prompt, string expected)
    {
        using var accepted = await demo.Running.Http.PostAsync("async-function/tickets", new StringContent(prompt, Encoding.UTF8, "text/plain"));
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var id = accepted.Headers.GetValues("X-Call-Id").Single();

        await Patience.UntilAsync(async _ => (await RunAsync("async", "status", id)).Output.Contains(expected, StringComparison.Ordinal), Patience.StartLimit);
    }

    private Task<CommandResult> RunAsync(params string[] arguments) => LorafaasCommand.RunAsync(demo.Running.DataFolder, null, arguments);
}
