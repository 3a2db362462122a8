using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Sandbox.Tests.Harness;

namespace LoraFaaS.Sandbox.Tests.Generation;

[Collection(DemoTests.Name)]
public sealed class RequestTests(DemoWorld demo)
{
    [Fact]
    public async Task What_cannot_be_served_is_refused_with_its_field()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        (string Field, ErrorCode Code, GenerateRequest Request)[] cases =
        [
            ("prompt", ErrorCode.ContextLengthExceeded, Requests.Tokens("", Enumerable.Repeat(331, 512))),
            ("prompt", ErrorCode.InvalidRequest, Requests.Tokens("", [])),
            ("prompt", ErrorCode.InvalidRequest, Requests.Tokens("", [2560])),
            ("prompt", ErrorCode.InvalidRequest, Requests.Tokens("", [-1])),
            ("prompt", ErrorCode.InvalidRequest, Requests.Of("", new Prompt())),
            ("messages", ErrorCode.InvalidRequest, Requests.Of("", new Prompt { Chat = new ChatMessages() })),
            ("temperature", ErrorCode.InvalidRequest, Requests.Tokens("", [1], r => r.Sampling.Temperature = -1)),
            ("temperature", ErrorCode.InvalidRequest, Requests.Tokens("", [1], r => r.Sampling.Temperature = float.NaN)),
            ("top_p", ErrorCode.InvalidRequest, Requests.Tokens("", [1], r => r.Sampling.TopP = 1.5f)),
            ("max_tokens", ErrorCode.InvalidRequest, Requests.Tokens("", [1], r => r.Sampling.MaxTokens = -3)),
            ("stop", ErrorCode.InvalidRequest, Requests.Tokens("", [1], r => r.Sampling.Stop.Add(""))),
            ("logit_bias", ErrorCode.InvalidRequest, Requests.Tokens("", [1], r => r.Sampling.LogitBias.Add(2560, 1))),
            ("top_logprobs", ErrorCode.InvalidRequest, Requests.Tokens("", [1], r => r.Sampling.TopLogprobs = 1_000)),
            ("resume_tokens", ErrorCode.InvalidRequest, Requests.Tokens("", [1], r => r.ResumeTokens.Add(9_999))),
            ("response_format", ErrorCode.InvalidRequest, Requests.Tokens("", [1], r => r.Sampling.JsonSchema = "{\"not\":{}}")),
            ("trust_domain", ErrorCode.InvalidRequest, Requests.Tokens("", [1], r => r.Revision.TrustDomain = "somebody-else")),
            ("backbone_digest", ErrorCode.NotResident, Requests.Tokens("", [1], r => r.Revision.BackboneDigest = "sha256:other")),
            ("", ErrorCode.NotResident, Requests.Tokens("nobody", [1])),
        ];

        foreach (var (field, code, request) in cases)
        {
            var failed = (await (await sandbox.Worker.GenerateAsync(request)).EndedAsync()).Failed;
            Assert.Equal((field, code.ToWire()), (failed.Field, failed.Code));
            Assert.NotEmpty(failed.Message);
        }
    }

    [Fact]
    public async Task A_stop_string_ends_the_text_before_it()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        var whole = await RunAsync(sandbox, Requests.Tokens("", demo.Prompts["raw-story"]));
        var stop = whole.Text[20..27];
        var stopped = await RunAsync(sandbox, Requests.Tokens("", demo.Prompts["raw-story"], r => r.Sampling.Stop.Add(stop)));

        Assert.Equal(whole.Text[..whole.Text.IndexOf(stop, StringComparison.Ordinal)], stopped.Text);
        Assert.Equal((FinishReason.Stop, stop), (stopped.Finished.Reason, stopped.Finished.StoppedBy));
    }

    [Fact]
    public async Task The_context_ends_a_generation_that_nothing_else_ends()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        var generation = await RunAsync(sandbox, Requests.Tokens("", Enumerable.Repeat(331, 500), r => (r.Sampling.MaxTokens, r.Sampling.IgnoreEos) = (0, true)));

        Assert.Equal((FinishReason.Length, 12), (generation.Finished.Reason, generation.Finished.CompletionTokens));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    public async Task A_resumed_generation_goes_on_where_the_first_life_stopped(float temperature)
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, ["en-fr"]);
        var whole = await RunAsync(sandbox, Request([]));

        foreach (var lived in new[] { 1, 3, whole.Ids.Length / 2, whole.Ids.Length - 1, whole.Ids.Length })
        {
            var resumed = await RunAsync(sandbox, Request(whole.Ids[..lived]));
            Assert.Equal(whole.Ids[lived..], resumed.Ids);
            Assert.EndsWith(resumed.Text, whole.Text, StringComparison.Ordinal);
            Assert.Equal(whole.Finished.CompletionTokens, resumed.Finished.CompletionTokens);
            Assert.Equal(whole.Finished.Reason, resumed.Finished.Reason);
        }

        GenerateRequest Request(IEnumerable<int> resume) => Requests.Tokens("en-fr", demo.Prompts["raw-story"], r =>
        {
            (r.CallId, r.Sampling.Temperature, r.Sampling.TopP, r.Sampling.FrequencyPenalty, r.Sampling.MaxTokens) = ("one-call", temperature, 0.95f, 0.2f, 30);
            r.ResumeTokens.AddRange(resume);
        });
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_tokens_and_another_seed_others()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        var runs = new List<TestGeneration>();

        foreach (var seed in new[] { 7L, 7L, 8L })
        {
            runs.Add(await RunAsync(sandbox, Requests.Tokens("", demo.Prompts["raw-story"], r => (r.Sampling.Temperature, r.Sampling.Seed) = (1.2f, seed))));
        }

        Assert.Equal(runs[0].Ids, runs[1].Ids);
        Assert.NotEqual(runs[0].Ids, runs[2].Ids);
    }

    [Fact]
    public async Task Log_probabilities_come_one_to_a_token_with_the_tokens_own_bytes()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        var generation = await RunAsync(sandbox, Requests.Tokens("", demo.Prompts["raw-story"], r => (r.Sampling.TopLogprobs, r.Sampling.MaxTokens) = (3, 10)));
        var logprobs = generation.Events.Where(e => e.Tokens is not null).SelectMany(e => e.Tokens.Logprobs).ToList();

        Assert.Equal(10, logprobs.Count);
        Assert.Equal(generation.Text, string.Concat(logprobs.Select(l => l.Token.ToStringUtf8())));
        Assert.All(logprobs, l => Assert.Equal(3, l.Top.Count));
        Assert.All(logprobs, l => Assert.Equal(l.Top[0].Logprob, l.Logprob));
        Assert.Equal(generation.Ids, logprobs.Select(l => l.Top[0].Id));
    }

    [Fact]
    public async Task Tokens_share_events_when_the_answer_is_read_as_a_whole()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        var streamed = await RunAsync(sandbox, Requests.Tokens("", demo.Prompts["raw-story"]));
        var whole = await RunAsync(sandbox, Requests.Tokens("", demo.Prompts["raw-story"], r => r.Stream = false));

        Assert.Equal(streamed.Text, whole.Text);
        Assert.Equal(streamed.Ids, whole.Ids);
        Assert.True(whole.Events.Count < 10 && streamed.Events.Count > 40);
    }

    [Fact]
    public async Task Events_come_in_their_order_and_account_for_the_time()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        var generation = await RunAsync(sandbox, Requests.Tokens("", demo.Prompts["raw-story"]));

        Assert.NotNull(generation.Events[0].Started);
        Assert.All(generation.Events.Skip(1).SkipLast(1), e => Assert.NotNull(e.Tokens));
        Assert.True(generation.Finished.ColdStart is { PrefillMs: > 0, DecodeMs: > 0, TtftMs: > 0, MapMs: > 0, KernelsMs: > 0 });
        Assert.Equal(0, (await RunAsync(sandbox, Requests.Tokens("", [1]))).Finished.ColdStart.MapMs);
    }

    private static async Task<TestGeneration> RunAsync(InProcessSandbox sandbox, GenerateRequest request) =>
        await (await sandbox.Worker.GenerateAsync(request, credits: 1_000)).EndedAsync();
}
