using System.Text.Json;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Tokenization;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Cpu.Assembling;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Models;
using LoraFaaS.Engine.Tests.TestData;
using LoraFaaS.Engine.Weights;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Engine.Tests.Models;

/// <summary>The engine on int8 weights: as invariant as on bf16, and near enough to it.</summary>
public sealed class Int8EngineTests
{
    private static readonly EngineOptions Options = EngineUnderTest.Exact with { KvDtype = KvDtype.BF16, MaxStepTokens = 1024 };

    [Fact]
    public void Logits_are_the_same_bits_alone_among_others_and_in_chunks()
    {
        using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, Options, PackPrecision.I8);
        AdapterHandle?[] adapters = [null, .. GoldenFiles.Adapters.Select(a => engine.Load(GoldenFiles.DemoAdapter(a)))];
        var prompts = GoldenFiles.Prompts().Values.Where(p => p.Length < 100).ToArray();
        var sequences = Enumerable.Range(0, 16).Select(i =>
        {
            var prompt = prompts[i % prompts.Length];
            return (Prompt: prompt, Adapter: adapters[i % adapters.Length], Kv: engine.Sequence(prompt.Length, (ulong)i + 1));
        }).ToArray();
        var alone = sequences.Select(s => engine.LastLogits(s.Prompt, s.Adapter)).ToArray();
        var chunked = sequences.Select(s => engine.LastLogits(s.Prompt, s.Adapter, chunk: 5)).ToArray();

        engine.Engine.Runner.Step([.. sequences.Select(s => new StepSlice(s.Kv, s.Adapter, s.Prompt, 0, true))], engine.Logits);
        var together = sequences.Select((_, i) => engine.Logits.Row(i).ToArray()).ToArray();

        Assert.Equal(alone, together);
        Assert.Equal(alone, chunked);
    }

    [Theory]
    [InlineData(KernelChoice.Exact, KernelChoice.Scalar)]
    [InlineData(KernelChoice.Avx512BF16, KernelChoice.ScalarBF16)]
    public void Any_form_of_an_arithmetic_and_any_number_of_threads_give_the_same_bits(KernelChoice fast, KernelChoice plain)
    {
        if (fast is KernelChoice.Avx512BF16 && !CpuFeatures.HasAvx512BFloat16)
        {
            return;
        }

        var prompt = GoldenFiles.Prompts()["task-sql"];
        EngineOptions[] forms = [Options with { Kernels = fast, Threads = 1 }, Options with { Kernels = fast, Threads = 3 }, Options with { Kernels = plain }];
        var results = forms.Select(options =>
        {
            using var engine = new EngineUnderTest(GoldenFiles.DemoBackbone, options, PackPrecision.I8);
            return engine.LastLogits(prompt, engine.Load(GoldenFiles.DemoAdapter("en-fr")));
        }).ToArray();

        Assert.All(results, logits => Assert.Equal(results[0], logits));
    }

    /// <summary>Some cases of each evaluation set; <c>lorafaas bench quality</c> takes them all.</summary>
    [Fact]
    public void Answers_are_those_of_bf16_at_ninety_nine_of_a_hundred_places_and_as_likely()
    {
        using var exact = new EngineUnderTest(GoldenFiles.DemoBackbone, Options);
        using var grouped = new EngineUnderTest(GoldenFiles.DemoBackbone, Options, PackPrecision.I8);
        var (places, same, exactLoss, groupedLoss) = (0, 0, 0.0, 0.0);

        foreach (var name in GoldenFiles.Adapters)
        {
            var adapters = (exact.Load(GoldenFiles.DemoAdapter(name)), grouped.Load(GoldenFiles.DemoAdapter(name)));
            foreach (var (prompt, answer) in Cases(name, 12))
            {
                var expected = exact.AnswerLogits(prompt, answer, adapters.Item1);
                var actual = grouped.AnswerLogits(prompt, answer, adapters.Item2);
                for (var i = 0; i < answer.Length; i++)
                {
                    places++;
                    same += EngineUnderTest.Top(expected[i]) == EngineUnderTest.Top(actual[i]) ? 1 : 0;
                    exactLoss += Loss(expected[i], answer[i]);
                    groupedLoss += Loss(actual[i], answer[i]);
                }
            }
        }

        Assert.True(same >= 0.99 * places, $"{same} of {places}");
        Assert.InRange(Math.Exp((groupedLoss - exactLoss) / places), 0.99, 1.01);
    }

    private static double Loss(float[] logits, int token)
    {
        var highest = logits.Max();
        return Math.Log(logits.Sum(logit => Math.Exp(logit - highest))) + highest - logits[token];
    }

    private static IEnumerable<(int[] Prompt, int[] Answer)> Cases(string adapter, int count)
    {
        using var checkpoint = Checkpoint.Open(GoldenFiles.DemoBackbone).ValueOrThrow();
        var tokenizer = Tokenizer.Load(checkpoint.ReadText(CheckpointFiles.Tokenizer).ValueOrThrow()!.Value, checkpoint.ReadText(CheckpointFiles.TokenizerConfig).ValueOrThrow()).ValueOrThrow();
        foreach (var line in File.ReadLines(RepositoryRoot.Of("deploy", "demo", "eval", $"{adapter}.jsonl")).Take(count))
        {
            using var parsed = JsonDocument.Parse(line);
            var prompt = $"<|bos|><|user|>{parsed.RootElement.GetProperty("prompt").GetString()}<|eos|><|assistant|>";
            var answer = parsed.RootElement.GetProperty("expected").GetString() + "<|eos|>";
            yield return (tokenizer.Encode(prompt, parsesSpecial: true, addsSpecial: false), tokenizer.Encode(answer, parsesSpecial: true, addsSpecial: false));
        }
    }
}
