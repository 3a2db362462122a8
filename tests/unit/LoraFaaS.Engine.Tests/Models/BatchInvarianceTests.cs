using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Models;
using LoraFaaS.Engine.Tests.TestData;

namespace LoraFaaS.Engine.Tests.Models;

/// <summary>A sequence's logits are the same bits whoever shares its step, however its prompt was cut, and whatever runs them.</summary>
public sealed class BatchInvarianceTests
{
    private static readonly EngineOptions Options = EngineUnderTest.Exact with { KvDtype = KvDtype.BF16 };

    /// <summary>Those that are fast enough to run whole prompts; the plain forms are compared on one below.</summary>
    public static TheoryData<KernelChoice> Sets => [.. KernelSets.Exact.Concat(KernelSets.BFloat16).Except([KernelChoice.Scalar, KernelChoice.ScalarBF16])];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Logits_are_the_same_bits_alone_and_among_sixteen_sequences_of_mixed_adapters(KernelChoice kernels)
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, Options with { MaxStepTokens = 1024, Kernels = kernels });
        AdapterHandle?[] adapters = [null, .. GoldenFiles.Adapters.Select(a => engine.Load(GoldenFiles.DemoAdapter(a)))];
        var prompts = GoldenFiles.Prompts().Values.Where(p => p.Length < 100).ToArray();

        var sequences = Enumerable.Range(0, 16).Select(i =>
        {
            var prompt = prompts[i % prompts.Length];
            return (Prompt: prompt, Adapter: adapters[i % adapters.Length], Kv: engine.Sequence(prompt.Length + 8, (ulong)i + 1));
        }).ToArray();
        var alone = sequences.Select(s => engine.LastLogits(s.Prompt, s.Adapter)).ToArray();

        engine.Engine.Runner.Step([.. sequences.Select(s => new StepSlice(s.Kv, s.Adapter, s.Prompt, 0, true))], engine.Logits);
        var together = sequences.Select((_, i) => engine.Logits.Row(i).ToArray()).ToArray();
        Assert.All(alone.Zip(together), pair => Assert.Equal(pair.First, pair.Second));
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void A_decode_step_gives_the_same_bits_alone_and_beside_the_prefill_of_others(KernelChoice kernels)
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, Options with { Kernels = kernels });
        var adapter = engine.Load(GoldenFiles.DemoAdapter("en-fr"));
        var other = engine.Load(GoldenFiles.DemoAdapter("ticket-router"));
        var prompts = GoldenFiles.Prompts();
        var prompt = prompts["task-en-fr"];
        var alone = DecodeAfter(adapter, []);

        using var newcomer = engine.Sequence(prompts["task-sql"].Length, 8);
        using var second = engine.Sequence(prompts["task-sentiment"].Length, 9);
        var together = DecodeAfter(adapter, [new(newcomer, other, prompts["task-sql"], 0, false), new(second, null, prompts["task-sentiment"], 0, true)]);

        Assert.Equal(alone, together);

        float[] DecodeAfter(AdapterHandle bent, StepSlice[] beside)
        {
            using var sequence = engine.Sequence(prompt.Length + 1);
            engine.Prefill(sequence, prompt, bent);
            engine.Engine.Runner.Step([.. beside, new StepSlice(sequence, bent, new[] { 42 }, prompt.Length, true)], engine.Logits);
            return engine.Logits.Row(beside.Length).ToArray();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(37)]
    public void A_prompt_prefilled_in_chunks_gives_the_same_bits_as_in_one(int chunk)
    {
        foreach (var kernels in KernelSets.Fastest)
        {
            using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, Options with { Kernels = kernels });
            var adapter = engine.Load(GoldenFiles.DemoAdapter("sql"));
            var prompt = GoldenFiles.Prompts()["long-470"];

            Assert.Equal(engine.LastLogits(prompt, adapter), engine.LastLogits(prompt, adapter, chunk));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_thread_or_three_and_any_kernel_form_of_an_arithmetic_give_the_same_bits(bool inFloat32)
    {
        var prompt = GoldenFiles.Prompts()["task-sql"];
        var sets = inFloat32 ? KernelSets.Exact : KernelSets.BFloat16;
        var forms = sets.Select(kernels => Options with { Kernels = kernels })
            .Append(Options with { Kernels = sets[^1], Threads = 1 })
            .Append(Options with { Kernels = sets[^1], Threads = 3 });

        var results = forms.Select(options =>
        {
            using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, options);
            return engine.LastLogits(prompt, engine.Load(GoldenFiles.DemoAdapter("en-fr")));
        }).ToArray();

        Assert.All(results, logits => Assert.Equal(results[0], logits));
    }

    [Fact]
    public void Page_size_changes_no_bit()
    {
        var prompt = GoldenFiles.Prompts()["task-en-fr"];
        var results = new[] { 4 << 10, 16 << 10, 2 << 20 }.Select(pageBytes =>
        {
            using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, Options with { PageBytes = pageBytes });
            return engine.LastLogits(prompt, engine.Load(GoldenFiles.DemoAdapter("sql")));
        }).ToArray();

        Assert.All(results, logits => Assert.Equal(results[0], logits));
    }
}
