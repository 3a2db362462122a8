using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Sandbox.Tests.Harness;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Sandbox.Tests.Generation;

[Collection(DemoTests.Name)]
public sealed class BatchingTests(DemoWorld demo)
{
    private const int PageBytes = 16 << 10;

    /// <summary>Pages a block of 16 tokens takes on the demo backbone: 6 layers × 2 × 4 heads chunks of 1 KiB.</summary>
    private const int PagesPerBlock = 3;

    [Theory]
    [InlineData(256, 1_000)]
    [InlineData(16, 1_000)]
    [InlineData(64, 34)]
    public async Task Tokens_do_not_depend_on_who_shares_the_batch(int maxStepTokens, int blocks)
    {
        var cases = demo.Goldens.Where((_, i) => i % 4 == 0).Take(16).ToList();
        var alone = await RunAsync(cases, batched: false, maxStepTokens: 256, blocks: 1_000);

        Assert.Equal(alone, await RunAsync(cases, batched: true, maxStepTokens, blocks));
    }

    [Fact]
    public async Task A_reader_without_credits_stalls_nobody_and_loses_nothing()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, ["sql"]);
        var prompt = demo.Prompts["raw-story"];
        var slow = await sandbox.Worker.GenerateAsync(Requests.Tokens("", prompt), credits: 2, returnsCredits: false);
        await slow.FirstTokenAsync();

        var others = new List<TestGeneration>();
        for (var i = 0; i < 4; i++)
        {
            others.Add(await sandbox.Worker.GenerateAsync(Requests.Tokens(i % 2 == 0 ? "" : "sql", prompt)));
        }

        foreach (var other in others)
        {
            Assert.Equal(48, (await other.EndedAsync()).Finished.CompletionTokens);
        }

        Assert.Equal(2, slow.Events.Count);
        await sandbox.Worker.CreditAsync(slow.Id, 100);
        Assert.Equal(others[0].Ids, (await slow.EndedAsync()).Ids);
        Assert.Equal(others[0].Text, slow.Text);
    }

    [Fact]
    public async Task A_parked_sequence_gives_up_its_pages_to_those_who_can_run()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, [], open => open.DeviceBytes = 6 * PagesPerBlock * PageBytes);
        var parked = await sandbox.Worker.GenerateAsync(Requests.Tokens("", demo.Prompts["raw-story"]), credits: 2, returnsCredits: false);
        await parked.FirstTokenAsync();

        var other = await sandbox.Worker.GenerateAsync(Requests.Tokens("", Enumerable.Repeat(331, 60), r => (r.Sampling.IgnoreEos, r.Sampling.MaxTokens) = (true, 20)));
        Assert.Equal(20, (await other.EndedAsync()).Finished.CompletionTokens);

        await sandbox.Worker.CreditAsync(parked.Id, 100);
        var golden = demo.Goldens.First(g => g is { Adapter: "", Prompt: "raw-story" });
        Assert.Equal(golden.Ids.Length, (await parked.EndedAsync()).Ids.Length);
    }

    [Theory]
    [InlineData(AbortCause.Client, ErrorCode.Cancelled)]
    [InlineData(AbortCause.Deadline, ErrorCode.DeadlineExceeded)]
    public async Task Cancelling_names_the_cause_and_frees_the_pages(AbortCause cause, ErrorCode code)
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        var generation = await sandbox.Worker.GenerateAsync(Requests.Tokens("", demo.Prompts["raw-story"], r => r.Sampling.IgnoreEos = true), credits: 3, returnsCredits: false);
        await generation.FirstTokenAsync();
        await generation.CancelAsync((int)cause);

        var failed = (await generation.EndedAsync()).Failed;
        Assert.Equal(code.ToWire(), failed.Code);
        Assert.Equal((int)cause, failed.AbortCause);
        await Patience.UntilAsync(() => sandbox.Worker.Load is { PagesUsed: 0, Running: 0, Waiting: 0, PagesTotal: > 0 });
    }

    [Fact]
    public async Task A_sequence_that_outgrows_the_whole_device_is_told_so()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, [], open => open.DeviceBytes = 3 * PagesPerBlock * PageBytes);
        var grows = await sandbox.Worker.GenerateAsync(Requests.Tokens("", Enumerable.Repeat(331, 40), r => (r.Sampling.IgnoreEos, r.Sampling.MaxTokens) = (true, 100)));
        var large = await sandbox.Worker.GenerateAsync(Requests.Tokens("", Enumerable.Repeat(331, 100)));

        Assert.Equal(ErrorCode.NoCapacity.ToWire(), (await grows.EndedAsync()).Failed.Code);
        Assert.Equal(ErrorCode.NoCapacity.ToWire(), (await large.EndedAsync()).Failed.Code);
        Assert.Equal(9, grows.Ids.Length);

        var after = await sandbox.Worker.GenerateAsync(Requests.Tokens("", demo.Prompts["raw-sql"], r => r.Sampling.MaxTokens = 5));
        Assert.Equal(5, (await after.EndedAsync()).Ids.Length);
    }

    private async Task<List<string>> RunAsync(IReadOnlyList<GreedyGolden> cases, bool batched, int maxStepTokens, int blocks)
    {
        var adapterPages = DemoWorld.AdapterNames.Sum(name => (demo.Adapter(name).Length / PageBytes) + 1);
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, DemoWorld.AdapterNames, open =>
        {
            open.MaxStepTokens = maxStepTokens;
            open.DeviceBytes = (adapterPages + (blocks * PagesPerBlock)) * PageBytes;
        });

        var generations = new List<TestGeneration>();

        foreach (var golden in cases)
        {
            generations.Add(await sandbox.Worker.GenerateAsync(Requests.Tokens(golden.Adapter, demo.Prompts[golden.Prompt], r => r.Sampling.IgnoreEos = true)));

            if (!batched)
            {
                await generations[^1].EndedAsync();
            }
        }

        foreach (var generation in generations)
        {
            await generation.EndedAsync();
        }

        // The smallest pool must have done what it is there for.
        await Patience.UntilAsync(() => sandbox.Worker.Load is { Running: 0, Waiting: 0, Steps: > 0 });
        Assert.Equal(blocks < 100, sandbox.Worker.Load.Preemptions > 0);

        return [.. generations.Select(generation => $"{string.Join(',', generation.Ids)} {generation.Finished.Reason} {generation.Text}")];
    }
}
