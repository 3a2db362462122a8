using LoraFaaS.Engine;
using LoraFaaS.Engine.Cpu;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Sandbox.Tests.Harness;

namespace LoraFaaS.Sandbox.Tests.Generation;

/// <summary>What a sequence says does not depend on how it came to be computed, on any kernel set that this machine has, with weights as they are on disk and in int8.</summary>
[Collection(DemoTests.Name)]
public sealed class OneSequenceManyWaysTests(DemoWorld demo)
{
    private const int PageBytes = 16 << 10;
    private const int PagesPerBlock = 3;
    private const int Sequences = 16;
    private const int Tokens = 60;

    private static readonly string[] Adapters = ["", "en-fr", "sql", "sentiment"];

    public static TheoryData<string, bool> KernelSets => [.. from kernels in (string[])["avx512-bf16", "avx512", "avx2"] where Runs(kernels) from isInt8 in (bool[])[false, true] select (kernels, isInt8)];

    [Theory]
    [MemberData(nameof(KernelSets))]
    public async Task Alone_among_sixteen_in_chunks_from_the_prefix_cache_and_after_preemption_a_sequence_says_the_same(string kernels, bool isInt8)
    {
        var alone = await AloneAsync(kernels, isInt8);

        // Room for everybody: the second time every prompt is found in the prefix cache.
        await using var roomy = await OpenAsync(kernels, isInt8, blocks: 400, stepTokens: 512);
        Assert.Equal(alone, (await TogetherAsync(roomy)).Select(Said));
        var found = await TogetherAsync(roomy);
        Assert.Equal(alone, found.Select(Said));
        Assert.All(found, run => Assert.NotEqual(0, run.Finished.CachedPromptTokens));
        Assert.Equal(0ul, roomy.Worker.Load.Preemptions);

        // Room for a third, and prompts cut into pieces: some are preempted and prefilled again.
        await using var narrow = await OpenAsync(kernels, isInt8, blocks: 24, stepTokens: 24);
        Assert.Equal(alone, (await TogetherAsync(narrow)).Select(Said));
        Assert.NotEqual(0ul, narrow.Worker.Load.Preemptions);
    }

    private async Task<List<string>> AloneAsync(string kernels, bool isInt8)
    {
        await using var sandbox = await OpenAsync(kernels, isInt8, blocks: 400, stepTokens: 512);
        var said = new List<string>();
        for (var i = 0; i < Sequences; i++)
        {
            var run = await sandbox.Worker.GenerateAsync(Request(i), credits: 1_000);
            await run.EndedAsync();
            Assert.Equal(0, run.Finished.CachedPromptTokens);
            said.Add(Said(run));
        }

        return said;
    }

    private static async Task<List<TestGeneration>> TogetherAsync(InProcessSandbox sandbox)
    {
        var runs = new List<TestGeneration>();
        for (var i = 0; i < Sequences; i++)
        {
            runs.Add(await sandbox.Worker.GenerateAsync(Request(i), credits: 1_000));
        }

        foreach (var run in runs)
        {
            await run.EndedAsync();
        }

        return runs;
    }

    private Task<InProcessSandbox> OpenAsync(string kernels, bool isInt8, int blocks, int stepTokens) =>
        InProcessSandbox.OpenAsync(
            demo, Adapters.Where(name => name.Length > 0),
            open =>
            {
                open.Kernels = kernels;
                open.MaxStepTokens = stepTokens;
                open.DeviceBytes = AdapterBytes + blocks * PagesPerBlock * PageBytes;
            },
            isInt8 ? demo.BackboneInt8 : demo.Backbone);

    /// <summary>More than the three adapters take.</summary>
    private const long AdapterBytes = 2 << 20;

    private static GenerateRequest Request(int i) => Requests.Tokens(
        Adapters[i % Adapters.Length],
        Enumerable.Range(0, 20 + 3 * i).Select(at => 300 + (at * 37 + i * 11) % 1_900),
        request => (request.Sampling.IgnoreEos, request.Sampling.MaxTokens, request.Sampling.TopLogprobs) = (true, Tokens, 2));

    /// <summary>Tokens and log-probabilities, to the last bit.</summary>
    private static string Said(TestGeneration run) => string.Join(' ', run.Events
        .Where(e => e.Tokens is not null)
        .SelectMany(e => e.Tokens.Ids.Zip(e.Tokens.Logprobs, (id, logprob) => $"{id}:{BitConverter.SingleToInt32Bits(logprob.Logprob):x}")));

    private static bool Runs(string kernels)
    {
        try
        {
            using var backend = new CpuBackend(new EngineOptions { Threads = 1, Kernels = KernelNames.Find(kernels)!.Value });
            return true;
        }
        catch (PlatformNotSupportedException)
        {
            return false;
        }
    }
}
