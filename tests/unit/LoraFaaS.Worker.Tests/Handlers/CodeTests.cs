using System.Net;
using LoraFaaS.Linux.Processes;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Handlers;
using LoraFaaS.Worker.Metering;
using LoraFaaS.Worker.Tests.Hosting;

namespace LoraFaaS.Worker.Tests.Handlers;

/// <summary>Functions' own code in real handler processes, from a package in the store.</summary>
public sealed class CodeTests(SharedCodeWorld shared) : IClassFixture<SharedCodeWorld>
{
    private readonly CodeWorld world = shared.World;

    [Fact]
    public async Task Code_answers_in_its_own_words_and_has_no_say_in_the_platforms_headers()
    {
        var request = world.Request("/echo", "hé");
        request.Call.Method = "PUT";
        request.Call.Query = "?a=1";

        var answer = await world.CallAsync(request);

        Assert.Equal("hé", answer.Text);
        Assert.Equal(200, answer.Head!.Status);
        Assert.Equal("text/plain", answer.Head.ContentType);
        Assert.Equal(["X-Method=PUT", "X-Query=?a=1"], answer.Head.Headers.Select(header => $"{header.Name}={header.Value}").Order());
        Assert.NotNull(answer.Finished);
    }

    [Fact]
    public async Task Generations_of_one_call_are_the_adapters_and_add_up_in_its_account()
    {
        var (prompt, expected) = Demo.Evaluation("sentiment", 1)[0];

        var answer = await world.CallAsync("/twice", prompt);

        var parts = answer.Text.Split('|');
        Assert.Equal(expected, parts[0]);
        Assert.Equal(expected, parts[1]);
        await Patience.UntilAsync(() => world.Demo.Controller.Usage.Any(usage => usage.Function == CodeWorld.NameOf(nameof(Generations_of_one_call_are_the_adapters_and_add_up_in_its_account))));
        var usage = Assert.Single(world.Demo.Controller.Usage, usage => usage.Function == CodeWorld.NameOf(nameof(Generations_of_one_call_are_the_adapters_and_add_up_in_its_account)));
        Assert.Equal(int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture), usage.PromptTokens + usage.CompletionTokens);
        Assert.Equal(usage.PromptTokens, answer.Finished!.PromptTokens);

        var account = answer.Finished.ColdStart;
        Assert.Equal(account.TtftMs, account.Sum() + account.TransportMs, tolerance: 0.001);
    }

    [Fact]
    public async Task A_chat_clients_conversation_reaches_the_code_and_its_answer_comes_back_as_text()
    {
        var request = world.Request("/conversation", "second");
        request.Call.AsText = true;
        request.Prompt = new Prompt { Chat = new ChatMessages() };
        request.Prompt.Chat.Messages.Add([new ChatMessage { Role = "user", Content = "first" }, new ChatMessage { Role = "assistant", Content = "é" }, new ChatMessage { Role = "user", Content = "second" }]);

        var answer = await world.CallAsync(request);

        Assert.Equal("user:first|assistant:é|user:second", answer.Generation.Text);
        Assert.NotNull(answer.Finished);

        var error = world.Request("/status", "422");
        error.Call.AsText = true;
        Assert.Equal(("invalid_request", "told"), (await world.CallAsync(error)).Failure);
    }

    [Fact]
    public async Task What_code_throws_is_that_calls_alone()
    {

        var thrown = await world.CallAsync("/throw");
        var late = await world.CallAsync("/throw-late");
        var pid = world.HandlerOf(CodeWorld.NameOf()).ProcessId;

        Assert.Equal(500, thrown.Generation.Status);
        Assert.Equal("function_failed", thrown.Failure?.Code);
        Assert.Contains(CodeWorld.NameOf() + ".openfaas-fn", thrown.Failure?.Message, StringComparison.Ordinal);
        Assert.Contains("as it was told to", thrown.Failure?.Message, StringComparison.Ordinal);
        Assert.Equal("half", late.Text);
        Assert.Equal("function_failed", late.Failure?.Code);
        Assert.Equal("x", (await world.CallAsync("/echo", "x")).Text);
        Assert.Equal(pid, world.HandlerOf(CodeWorld.NameOf()).ProcessId);
        await world.LoggedAsync(CodeWorld.NameOf(), "InvalidOperationException");
    }

    [Fact]
    public async Task A_handler_that_ends_is_named_takes_no_other_with_it_and_is_started_again()
    {
        await world.CallAsync("/echo", "x", "bystander");
        var bystander = world.HandlerOf("bystander").ProcessId;

        var crashed = await world.CallAsync("/crash");
        Assert.Equal(("handler_lost", 502), (crashed.Failure?.Code, crashed.Generation.Status));
        Assert.Contains(CodeWorld.NameOf() + ".openfaas-fn", crashed.Failure?.Message, StringComparison.Ordinal);

        // The first end costs nobody a wait; each further one does, and a longer one: a slow machine's next call comes within it sooner or later.
        Assert.Equal("x", (await world.CallAsync("/echo", "x")).Text);
        await Patience.UntilAsync(async _ =>
        {
            Assert.Contains("exit code 7", (await world.CallAsync("/exit")).Failure?.Message, StringComparison.Ordinal);
            using var refused = await world.Worker.PostAsync(world.Request("/echo", "x"), null, Token);

            if (refused.StatusCode is HttpStatusCode.OK)
            {
                return false;
            }

            Assert.Equal(502, (int)refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Contains("times in a row", (await Generation.ReadAsync(refused, Token)).Problem?.Message, StringComparison.Ordinal);
            return true;
        });

        Assert.Equal("y", (await world.CallAsync("/echo", "y", "bystander")).Text);
        Assert.Equal(bystander, world.HandlerOf("bystander").ProcessId);
        await world.LoggedAsync(CodeWorld.NameOf(), "exit code 7");
        await Patience.UntilAsync(async _ => (await world.CallAsync("/echo", "x")).Text == "x");
    }

    [Fact]
    public async Task A_blank_that_dies_while_it_loads_the_code_is_replaced_by_another()
    {
        await using var alone = await CodeWorld.StartAsync();
        var blank = await alone.Worker.OnlyAsync("LoraFaaS.Handler", () => alone.Worker.Get<HandlerSpawner>().Blanks == 1);
        ProcessControl.Send(blank, Signal.Stop);

        // Frozen, it is taken and told whose it is; killed, it never says that the code is there.
        var asking = alone.CallAsync("/echo", "x");
        await Patience.UntilAsync(() => alone.Worker.Get<HandlerSpawner>().Blanks == 1 && alone.Worker.Running("LoraFaaS.Handler").Count == 2);
        ProcessControl.Send(blank, Signal.Kill);

        Assert.Equal("x", (await Patience.ForAsync(asking)).Text);
    }

    [Fact]
    public async Task A_blank_that_dies_while_it_waits_is_replaced_before_anybody_wants_one()
    {
        await using var alone = await CodeWorld.StartAsync();
        var blank = await alone.Worker.OnlyAsync("LoraFaaS.Handler", () => alone.Worker.Get<HandlerSpawner>().Blanks == 1);

        ProcessControl.Send(blank, Signal.Kill);

        await Patience.UntilAsync(() => alone.Worker.Get<HandlerSpawner>().Blanks == 1 && alone.Worker.Running("LoraFaaS.Handler") is [var next] && next != blank);
    }

    [Fact]
    public async Task Generations_are_bounded_and_one_that_is_left_ends()
    {

        Assert.Equal("32 QueueFull", (await world.CallAsync("/many")).Text);
        Assert.Equal("left", (await world.CallAsync("/leave")).Text);
        Assert.Equal("X", (await world.CallAsync(world.Request("/echo", "X"))).Text);
        await Patience.UntilAsync(() => world.Worker.Get<WorkerMetrics>().Running == 0);
    }

    [Fact]
    public async Task Secrets_are_the_functions_and_asked_for_when_it_starts()
    {
        var reply = new ReadSecretsReply();
        reply.Secrets.Add("token", Google.Protobuf.ByteString.CopyFromUtf8("s3cret"));
        world.Demo.Controller.Secrets[(CodeWorld.NameOf(), 1)] = reply;
        var with = world.Request("/secret");
        with.Revision.CodeSecrets = true;

        Assert.Equal("s3cret", (await world.CallAsync(with)).Text);

        var unknown = world.Request("/secret", function: "other");
        unknown.Revision.CodeSecrets = true;
        Assert.Equal("function_not_found", (await world.CallAsync(unknown)).Failure?.Code);
        Assert.Equal("function_failed", (await world.CallAsync("/secret", function: "third")).Failure?.Code);
    }

    [Fact]
    public async Task Environment_variables_reach_the_code_they_are_deployed_with_and_no_other()
    {
        var reply = new ReadSecretsReply();
        reply.Environment.Add("GREETING", "hello there");
        world.Demo.Controller.Secrets[(CodeWorld.NameOf(), 1)] = reply;
        var with = world.Request("/environment", "GREETING");
        with.Revision.CodeSecrets = true;

        Assert.Equal("hello there", (await world.CallAsync(with)).Text);
        Assert.Equal("none", (await world.CallAsync("/environment", "GREETING", function: "somebody-else")).Text);
        Assert.Equal("none", (await world.CallAsync("/environment", "LORAFAAS_PASSWORD", function: "somebody-else")).Text);
        Assert.Null(Environment.GetEnvironmentVariable("GREETING"));
    }

    [Fact]
    public async Task What_code_says_is_in_its_functions_log_and_a_flood_of_it_is_counted()
    {

        Assert.Equal("logged", (await world.CallAsync("/log")).Text);
        await world.LoggedAsync(CodeWorld.NameOf(), "by the log");
        await world.LoggedAsync(CodeWorld.NameOf(), "by standard output");
        await world.LoggedAsync(CodeWorld.NameOf(), "by standard error");

        await world.CallAsync("/flood-log", function: "flood");
        await world.CallAsync("/echo", "x", "bystander");
        await world.LoggedAsync("bystander", "finished");
        Assert.InRange(world.Demo.Controller.Logs.Count(line => line.Function == "flood"), 500, 5_000);
    }

    [Fact]
    public async Task A_package_that_is_none_is_refused_by_name()
    {
        var none = world.Request("/echo", "x");
        none.Revision.CodeDigest = Contracts.Identity.Digest.OfBytes("nothing"u8).Value;

        Assert.Equal("code_invalid", (await world.CallAsync(none)).Failure?.Code);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
