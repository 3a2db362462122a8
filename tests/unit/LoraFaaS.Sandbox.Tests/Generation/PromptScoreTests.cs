using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Sandbox.Generation;
using LoraFaaS.Sandbox.Tests.Harness;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Sandbox.Tests.Generation;

/// <summary>A prompt that is repeated with its log-probabilities: they are those that its tokens would have been generated with.</summary>
[Collection(DemoTests.Name)]
public sealed class PromptScoreTests(DemoWorld demo)
{
    private const int PageBytes = 16 << 10;
    private const int PagesPerBlock = 3;

    /// <summary>More than two adapters take.</summary>
    private const long AdapterBytes = 2 << 20;

    [Theory]
    [InlineData("")]
    [InlineData("sql")]
    public async Task The_tokens_of_a_prompt_are_as_probable_as_when_they_were_generated(string adapter)
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, ["sql"]);
        var prompt = demo.Prompts["raw-story"];
        var generated = await RunAsync(sandbox, Requests.Tokens(adapter, prompt, r => (r.Sampling.IgnoreEos, r.Sampling.MaxTokens, r.Sampling.TopLogprobs) = (true, 60, 3)));
        var scored = await RunAsync(sandbox, Scored(adapter, [.. prompt, .. generated.Ids]));
        var scores = Scores(scored);

        Assert.Equal([.. prompt, .. generated.Ids], StartedOf(scored).PromptIds);
        Assert.Equal(prompt.Length + 60, scores.Count);
        Assert.Empty(scores[0].Top);
        Assert.Equal(StartedOf(scored).PromptText, string.Concat(scores.Select(score => score.Token.ToStringUtf8())));
        Assert.Equal(
            generated.Events.Where(e => e.Tokens is not null).SelectMany(e => e.Tokens.Logprobs).Select(Said),
            scores.Skip(prompt.Length).Select(Said));
        Assert.All(scores.Skip(1), score => Assert.True(score.Logprob <= score.Top[0].Logprob));
    }

    [Fact]
    public async Task A_prompt_alone_generates_nothing_and_with_a_token_behind_it_one()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        var prompt = demo.Prompts["raw-story"];
        var alone = await RunAsync(sandbox, Scored("", prompt));
        var one = await RunAsync(sandbox, Scored("", prompt, r => (r.Sampling.PromptOnly, r.Sampling.MaxTokens) = (false, 1)));
        var single = await RunAsync(sandbox, Scored("", prompt[..1]));

        Assert.Equal((FinishReason.Length, 0, prompt.Length), (alone.Finished.Reason, alone.Finished.CompletionTokens, alone.Finished.PromptTokens));
        Assert.True(alone.Finished.ColdStart is { PrefillMs: > 0, TtftMs: > 0 });
        Assert.Empty(alone.Ids);
        Assert.Single(one.Ids);
        Assert.Equal(Scores(alone).Select(Said), Scores(one).Select(Said));
        Assert.Empty(Assert.Single(Scores(single)).Top);
    }

    [Fact]
    public async Task In_pieces_among_others_behind_a_cached_beginning_and_after_preemption_they_are_the_same()
    {
        int[][] prompts = [.. Enumerable.Range(0, 12).Select(i => (int[])[.. Enumerable.Range(0, 90 + i).Select(at => 300 + (at * 37 % 1_900)), 500 + i, 600 + i])];
        var alone = new List<string>();

        foreach (var (prompt, i) in prompts.Select((prompt, i) => (prompt, i)))
        {
            await using var fresh = await InProcessSandbox.OpenAsync(demo, ["sql"]);
            alone.Add(All(await RunAsync(fresh, Scored(AdapterOf(i), prompt))));
        }

        await using var narrow = await InProcessSandbox.OpenAsync(demo, ["sql"], open =>
        {
            open.MaxStepTokens = 24;
            open.DeviceBytes = AdapterBytes + (24 * PagesPerBlock * PageBytes);
        });
        var runs = new List<TestGeneration>();

        for (var i = 0; i < prompts.Length; i++)
        {
            // Every other goes on for a while, so that pages run short.
            var tokens = i % 2 == 0 ? 60 : 0;
            runs.Add(await narrow.Worker.GenerateAsync(
                Scored(AdapterOf(i), prompts[i], r => (r.Sampling.PromptOnly, r.Sampling.MaxTokens, r.Sampling.IgnoreEos) = (tokens == 0, Math.Max(1, tokens), true)), credits: 1_000));
        }

        foreach (var run in runs)
        {
            await run.EndedAsync();
        }

        Assert.Equal(alone, runs.Select(All));
        Assert.NotEqual(0ul, narrow.Worker.Load.Preemptions);
        await Patience.UntilAsync(() => narrow.Worker.Load is { Running: 0, Waiting: 0 });
    }

    [Fact]
    public async Task Without_log_probabilities_a_repeated_prompt_is_found_in_the_cache_and_has_none()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        int[] prompt = [.. Enumerable.Range(0, 100).Select(i => 300 + (i * 37 % 1_900))];
        await RunAsync(sandbox, Scored("", prompt));
        var echoed = await RunAsync(sandbox, Scored("", prompt, r => r.Sampling.TopLogprobs = -1));
        var scored = await RunAsync(sandbox, Scored("", prompt));

        Assert.Equal((96, 0), (echoed.Finished.CachedPromptTokens, StartedOf(echoed).PromptLogprobs.Count));
        Assert.Equal((0, 100), (scored.Finished.CachedPromptTokens, Scores(scored).Count));
    }

    [Fact]
    public void What_does_not_fit_one_answer_is_refused()
    {
        var scores = new PromptScores(promptLength: 1_000, alternatives: 0);

        for (var i = 0; i < 1_000 && !scores.IsComplete; i++)
        {
            scores.Add(new TokenLogprob { Token = Google.Protobuf.ByteString.CopyFrom(new byte[4_096]) });
        }

        Assert.Equal((ErrorCode.InvalidRequest, "logprobs"), (scores.Problem!.Code, scores.Problem.Field));
        Assert.Empty(scores.Tokens);
        Assert.Equal(int.MaxValue, scores.Next);
    }

    private static string AdapterOf(int i) => i % 3 == 0 ? "sql" : "";

    private static GenerateRequest Scored(string adapter, IEnumerable<int> prompt, Action<GenerateRequest>? change = null) => Requests.Tokens(adapter, prompt, r =>
    {
        (r.Sampling.Echo, r.Sampling.PromptOnly, r.Sampling.MaxTokens, r.Sampling.TopLogprobs) = (true, true, 1, 3);
        change?.Invoke(r);
    });

    private static Started StartedOf(TestGeneration run) => run.Events.Single(e => e.Started is not null).Started;

    private static IList<TokenLogprob> Scores(TestGeneration run) => StartedOf(run).PromptLogprobs;

    private static string All(TestGeneration run) => string.Join(' ', Scores(run).Select(Said));

    /// <summary>To the last bit.</summary>
    private static string Said(TokenLogprob score) =>
        $"{BitConverter.SingleToInt32Bits(score.Logprob):x}:{string.Join(',', score.Top.Select(top => $"{top.Id}={BitConverter.SingleToInt32Bits(top.Logprob):x}"))}";

    private static async Task<TestGeneration> RunAsync(InProcessSandbox sandbox, GenerateRequest request) =>
        await (await sandbox.Worker.GenerateAsync(request, credits: 1_000)).EndedAsync();
}
