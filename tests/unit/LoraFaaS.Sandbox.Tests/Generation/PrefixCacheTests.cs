using LoraFaaS.Protocol.Data;
using LoraFaaS.Sandbox.Tests.Harness;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Sandbox.Tests.Generation;

/// <summary>Keys and values found again: told to the caller, the same to the last bit, and never another function's.</summary>
[Collection(DemoTests.Name)]
public sealed class PrefixCacheTests(DemoWorld demo)
{
    private const int PageBytes = 16 << 10;
    private const int PagesPerBlock = 3;

    private static readonly int[] Prompt = [.. Enumerable.Range(0, 100).Select(i => 300 + ((i * 37) % 1_900))];

    [Theory]
    [InlineData("")]
    [InlineData("en-fr")]
    [InlineData("sql")]
    public async Task A_prompt_that_comes_again_starts_behind_its_full_blocks_with_the_same_logits(string adapter)
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, ["en-fr", "sql"]);
        var cold = await RunAsync(sandbox, adapter, Prompt);
        var warm = await RunAsync(sandbox, adapter, Prompt);
        var longer = await RunAsync(sandbox, adapter, [.. Prompt, .. cold.Ids.Take(20), 400]);

        Assert.Equal((0, 0), (Started(cold).CachedPromptTokens, cold.Finished.CachedPromptTokens));
        Assert.Equal((96, 96), (Started(warm).CachedPromptTokens, warm.Finished.CachedPromptTokens));
        Assert.Equal(Said(cold), Said(warm));
        Assert.True(longer.Finished.CachedPromptTokens >= 112, $"{longer.Finished.CachedPromptTokens}");

        await using var fresh = await InProcessSandbox.OpenAsync(demo, ["en-fr", "sql"]);
        Assert.Equal(Said(await RunAsync(fresh, adapter, [.. Prompt, .. cold.Ids.Take(20), 400])), Said(longer));
    }

    [Fact]
    public async Task The_last_token_always_runs_whole_blocks_or_not()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);

        foreach (var (length, cached) in new[] { (1, 0), (16, 0), (17, 16), (32, 16), (33, 32), (96, 80) })
        {
            var cold = await RunAsync(sandbox, "", Prompt[..length], r => r.Revision.Number = length);
            var warm = await RunAsync(sandbox, "", Prompt[..length], r => r.Revision.Number = length);
            Assert.Equal((0, cached), (cold.Finished.CachedPromptTokens, warm.Finished.CachedPromptTokens));
            Assert.Equal(Said(cold), Said(warm));
        }
    }

    [Fact]
    public async Task No_other_function_namespace_revision_or_adapter_finds_a_block()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, ["en-fr", "sql"]);
        var first = await RunAsync(sandbox, "en-fr", Prompt);
        Action<GenerateRequest>[] others =
        [
            r => r.Revision.Function = "somebody-else",
            r => r.Revision.Namespace = "another-namespace",
            r => r.Revision.Number = 2,
            r => r.Revision.AdapterDigest = DemoWorld.DigestOf("sql"),
            r => r.Revision.AdapterDigest = "",
        ];

        foreach (var other in others)
        {
            Assert.Equal(0, (await RunAsync(sandbox, "en-fr", Prompt, other)).Finished.CachedPromptTokens);
        }

        var again = await RunAsync(sandbox, "en-fr", Prompt);
        Assert.Equal(96, again.Finished.CachedPromptTokens);
        Assert.Equal(Said(first), Said(again));
    }

    [Fact]
    public async Task Cached_blocks_make_room_before_anybody_is_preempted()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, [], open => open.DeviceBytes = 20 * PagesPerBlock * PageBytes);

        for (var i = 0; i < 12; i++)
        {
            var run = await RunAsync(sandbox, "", [.. Prompt.Select(token => token + i)]);
            Assert.Equal(0, run.Finished.CachedPromptTokens);
        }

        await Patience.UntilAsync(() => sandbox.Worker.Load is { Running: 0, Waiting: 0, Steps: > 0, PagesUsed: 0 });
        Assert.Equal(0ul, sandbox.Worker.Load.Preemptions);
        Assert.Equal(96, (await RunAsync(sandbox, "", [.. Prompt.Select(token => token + 11)])).Finished.CachedPromptTokens);
        Assert.Equal(0, (await RunAsync(sandbox, "", Prompt)).Finished.CachedPromptTokens);
    }

    [Theory]
    [InlineData(1_000, 256)]
    [InlineData(40, 256)]
    [InlineData(40, 24)]
    public async Task Many_with_one_prefix_say_what_each_says_alone(int blocks, int maxStepTokens)
    {
        int[][] prompts = [.. Enumerable.Range(0, 8).Select(i => (int[])[.. Prompt, 500 + i, 600 + i])];
        var alone = new List<string>();

        foreach (var prompt in prompts)
        {
            await using var fresh = await InProcessSandbox.OpenAsync(demo, []);
            alone.Add(Said(await RunAsync(fresh, "", prompt)));
        }

        await using var sandbox = await InProcessSandbox.OpenAsync(demo, [], open =>
        {
            open.DeviceBytes = blocks * PagesPerBlock * PageBytes;
            open.MaxStepTokens = maxStepTokens;
        });

        await RunAsync(sandbox, "", Prompt);
        var runs = new List<TestGeneration>();

        foreach (var prompt in prompts)
        {
            runs.Add(await sandbox.Worker.GenerateAsync(Request("", prompt), credits: 1_000));
        }

        foreach (var run in runs)
        {
            await run.EndedAsync();
        }

        Assert.Equal(alone, runs.Select(Said));
        Assert.Contains(runs, run => run.Finished.CachedPromptTokens == 96);
        await Patience.UntilAsync(() => sandbox.Worker.Load is { Running: 0, Waiting: 0, Steps: > 0, PagesUsed: 0 });
    }

    private static Started Started(TestGeneration run) => run.Events.Single(e => e.Started is not null).Started;

    /// <summary>Tokens and log-probabilities, to the last bit.</summary>
    private static string Said(TestGeneration run) => string.Join(' ', run.Events
        .Where(e => e.Tokens is not null)
        .SelectMany(e => e.Tokens.Ids.Zip(e.Tokens.Logprobs, (id, logprob) =>
            $"{id}:{BitConverter.SingleToInt32Bits(logprob.Logprob):x}:{string.Join(',', logprob.Top.Select(top => $"{top.Id}={BitConverter.SingleToInt32Bits(top.Logprob):x}"))}")));

    private static GenerateRequest Request(string adapter, IEnumerable<int> prompt, Action<GenerateRequest>? change = null) => Requests.Tokens(adapter, prompt, r =>
    {
        (r.Sampling.IgnoreEos, r.Sampling.MaxTokens, r.Sampling.TopLogprobs) = (true, 40, 4);
        change?.Invoke(r);
    });

    private static async Task<TestGeneration> RunAsync(InProcessSandbox sandbox, string adapter, IEnumerable<int> prompt, Action<GenerateRequest>? change = null) =>
        await (await sandbox.Worker.GenerateAsync(Request(adapter, prompt, change), credits: 1_000)).EndedAsync();
}
