using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Checkpoints.Safetensors;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Cpu;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Memory;
using LoraFaaS.Engine.Models;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Tests.TestData;

/// <summary>A backbone folder packed and opened as a sandbox would, with adapters by folder.</summary>
internal sealed class EngineUnderTest : IDisposable
{
    private readonly NativeBytes _image;
    private readonly CpuBackend _backend;
    private readonly Checkpoint _checkpoint;
    private readonly LogitsBuffer _logits;

    public EngineUnderTest(string folder, EngineOptions options, PackPrecision precision = PackPrecision.Exact)
    {
        _checkpoint = Checkpoint.Open(folder).ValueOrThrow();
        _image = new NativeBytes(BackbonePacker.Measure(_checkpoint, precision));
        BackbonePacker.Pack(_checkpoint, _image.Address, _image.Length, precision, null, CancellationToken.None);
        _backend = new CpuBackend(options);
        Engine = new InferenceEngine(BackboneImage.Open(_image.Address, _image.Length), _backend, options);
        _logits = Engine.Runner.CreateLogits();
    }

    public static EngineOptions Exact { get; } = new() { KvDtype = KvDtype.F32, Kernels = KernelChoice.Exact, Threads = 2, DeviceBytes = 64 << 20 };

    public InferenceEngine Engine { get; }

    public LogitsBuffer Logits => _logits;

    public AdapterHandle Load(string folder)
    {
        using var packed = Pack(folder);
        return Assert.IsType<AdapterLoad.Loaded>(Engine.Adapters.Load(AdapterImage.Open(packed.Address, packed.Length), new OwnerTag((ulong)folder.GetHashCode() | 1))).Adapter;
    }

    /// <summary>An adapter's image.</summary>
    public NativeBytes Pack(string folder)
    {
        var config = AdapterConfig.Parse(File.ReadAllBytes(Path.Combine(folder, "adapter_config.json"))).ValueOrThrow();
        using var tensors = SafetensorsFile.Open(Path.Combine(folder, "adapter_model.safetensors")).ValueOrThrow();
        var weights = Assert.IsType<AdapterValidation.Valid>(AdapterValidator.Validate(config, tensors, _checkpoint.Config)).Weights;

        var packed = new NativeBytes(AdapterPacker.Measure(weights, _checkpoint.Config));
        AdapterPacker.Pack(weights, tensors, _checkpoint.Config, packed.Span, CancellationToken.None);
        return packed;
    }

    public KvSequence Sequence(int tokens, ulong owner = 7)
    {
        var sequence = Engine.Kv.CreateSequence(new OwnerTag(owner));
        Assert.True(sequence.TryGrow(tokens));
        return sequence;
    }

    /// <summary>The last position's logits, after the prompt went in by chunks of at most that many tokens.</summary>
    public float[] LastLogits(int[] prompt, AdapterHandle? adapter, int chunk = int.MaxValue)
    {
        using var sequence = Sequence(prompt.Length);
        Prefill(sequence, prompt, adapter, chunk);
        return Logits.Row(0).ToArray();
    }

    /// <summary>The logits before each token of an answer that is given: one step, in which each of its tokens is a slice.</summary>
    public float[][] AnswerLogits(int[] prompt, int[] answer, AdapterHandle? adapter)
    {
        using var sequence = Sequence(prompt.Length + answer.Length);
        Engine.Runner.Step(
            [
                new StepSlice(sequence, adapter, prompt, 0, true),
                .. answer[..^1].Select((_, i) => new StepSlice(sequence, adapter, answer.AsMemory(i, 1), prompt.Length + i, true)),
            ],
            Logits);
        return [.. answer.Select((_, i) => Logits.Row(i).ToArray())];
    }

    public void Prefill(KvSequence sequence, int[] prompt, AdapterHandle? adapter, int chunk = int.MaxValue)
    {
        chunk = Math.Min(chunk, Engine.Runner.MaxStepTokens);
        for (var start = 0; start < prompt.Length; start += chunk)
        {
            var tokens = prompt.AsMemory(start, Math.Min(chunk, prompt.Length - start));
            Engine.Runner.Step([new StepSlice(sequence, adapter, tokens, start, start + tokens.Length == prompt.Length)], Logits);
        }
    }

    /// <summary>Greedy continuation, up to and with a stop token.</summary>
    public int[] Continue(int[] prompt, AdapterHandle? adapter, int count, int? stop)
    {
        using var sequence = Sequence(prompt.Length + count);
        Prefill(sequence, prompt, adapter);

        var tokens = new List<int>();
        while (true)
        {
            tokens.Add(Top(Logits.Row(0)));
            if (tokens.Count == count || tokens[^1] == stop)
            {
                return [.. tokens];
            }

            Engine.Runner.Step([new StepSlice(sequence, adapter, new[] { tokens[^1] }, prompt.Length + tokens.Count - 1, true)], Logits);
        }
    }

    public static int Top(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            best = logits[i] > logits[best] ? i : best;
        }

        return best;
    }

    public static float MaxError(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = 0f;
        for (var i = 0; i < actual.Length; i++)
        {
            // A NaN must not pass as no error.
            var error = MathF.Abs(actual[i] - expected[i]);
            worst = error <= worst ? worst : error;
        }

        return worst;
    }

    public void Dispose()
    {
        _logits.Dispose();
        Engine.Dispose();
        _backend.Dispose();
        _checkpoint.Dispose();
        _image.Dispose();
    }
}
