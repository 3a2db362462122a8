using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Models;
using LoraFaaS.Engine.Tests.TestData;

namespace LoraFaaS.Engine.Tests.Models;

/// <summary>A sequence's logits are the same bits whoever shares its step, however its prompt was cut, and whatever runs them.</summary>
public sealed class BatchInvarianceTests
{
    private static readonly EngineOptions Options = EngineUnderTest.Exact with { KvDtype = KvDtype.BF16 };

    [Fact]
    public void Logits_are_the_same_bits_alone_and_among_sixteen_sequences_of_mixed_adapters()
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, Options with { MaxStepTokens = 1024 });
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

        // One decode step more: half of them decode while the others' prompts begin again in other sequences.
        var next = together.Select(l => new[] { EngineUnderTest.Top(l) }).ToArray();
        var again = sequences.Where((_, i) => i % 2 == 1).Select(s => (s.Prompt, s.Adapter, Kv: engine.Sequence(s.Prompt.Length))).ToArray();
        var decoding = sequences.Select((s, i) => new StepSlice(s.Kv, s.Adapter, next[i], s.Prompt.Length, true)).Where((_, i) => i % 2 == 0).ToArray();
        engine.Engine.Runner.Step([.. again.Select(s => new StepSlice(s.Kv, s.Adapter, s.Prompt, 0, true)), .. decoding], engine.Logits);

        for (var i = 0; i < decoding.Length; i++)
        {
            var s = sequences[2 * i];
            var mixed = engine.Logits.Row(again.Length + i).ToArray();
            Assert.Equal(alone[2 * i + 1], engine.Logits.Row(i).ToArray());
            Assert.NotEmpty(mixed);
            Assert.Equal(AloneAfter(engine, s.Prompt, next[2 * i], s.Adapter, out var kept), mixed);
            kept.Dispose();
            engine.Engine.Runner.Step([.. again.Select(a => new StepSlice(a.Kv, a.Adapter, a.Prompt, 0, true)), .. decoding], engine.Logits);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(37)]
    public void A_prompt_prefilled_in_chunks_gives_the_same_bits_as_in_one(int chunk)
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, Options);
        var adapter = engine.Load(GoldenFiles.DemoAdapter("sql"));
        var prompt = GoldenFiles.Prompts()["long-470"];

        Assert.Equal(engine.LastLogits(prompt, adapter), engine.LastLogits(prompt, adapter, chunk));
    }

    [Fact]
    public void One_thread_or_three_and_any_kernel_form_give_the_same_bits()
    {
        var prompt = GoldenFiles.Prompts()["task-sql"];
        var forms = new List<EngineOptions>
        {
            Options with { Threads = 1 },
            Options with { Threads = 3 },
            Options with { Kernels = KernelChoice.Scalar },
        };
        if (System.Runtime.Intrinsics.X86.Avx2.IsSupported)
        {
            forms.Add(Options with { Kernels = KernelChoice.Avx2 });
        }

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

    private static float[] AloneAfter(EngineUnderTest engine, int[] prompt, int[] next, AdapterHandle? adapter, out KvSequence sequence)
    {
        sequence = engine.Sequence(prompt.Length + 1);
        engine.Prefill(sequence, prompt, adapter);
        engine.Engine.Runner.Step([new StepSlice(sequence, adapter, next, prompt.Length, true)], engine.Logits);
        return engine.Logits.Row(0).ToArray();
    }
}
