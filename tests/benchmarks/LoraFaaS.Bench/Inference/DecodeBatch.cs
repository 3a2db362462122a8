using System.Diagnostics;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Models;

namespace LoraFaaS.Bench.Inference;

/// <summary>Sequences of the same length that decode together, one adapter (or none) each. Every step writes the same position again, so that steps are alike.</summary>
internal sealed class DecodeBatch : IDisposable
{
    /// <summary>Tokens before the decoded one: a short prompt, so that the figure is about weights.</summary>
    private const int Context = 64;

    private readonly LoadedEngine _engine;
    private readonly KvSequence[] _sequences;
    private readonly StepSlice[] _slices;

    public DecodeBatch(LoadedEngine engine, params IReadOnlyList<AdapterHandle?> adapters)
    {
        _engine = engine;
        _sequences = new KvSequence[adapters.Count];
        _slices = new StepSlice[adapters.Count];
        var prompt = Enumerable.Range(1, Context).ToArray();

        for (var i = 0; i < adapters.Count; i++)
        {
            var sequence = engine.Engine.Kv.CreateSequence(engine.NewOwner());
            if (!sequence.TryGrow(Context + 1))
            {
                throw new InvalidOperationException("Out of pages.");
            }

            engine.Engine.Runner.Step([new StepSlice(sequence, adapters[i], prompt, 0, false)], engine.Logits);
            _sequences[i] = sequence;
            _slices[i] = new StepSlice(sequence, adapters[i], new[] { 100 + i }, Context, WantsLogits: true);
        }
    }

    public void Step() => _engine.Engine.Runner.Step(_slices, _engine.Logits);

    /// <summary>Tokens a second, from the median of so many steps.</summary>
    public double TokensPerSecond(int steps)
    {
        var seconds = new double[steps];
        for (var i = 0; i < steps; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            Step();
            seconds[i] = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        }

        return _slices.Length / Reports.Interleaved.Median(seconds);
    }

    /// <summary>Tokens a second over a stretch of time, pauses included.</summary>
    public double TokensPerSecond(TimeSpan stretch)
    {
        var begun = Stopwatch.GetTimestamp();
        var steps = 0;
        do
        {
            Step();
            steps++;
        }
        while (Stopwatch.GetElapsedTime(begun) < stretch);

        return steps * _slices.Length / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    public void Dispose()
    {
        foreach (var sequence in _sequences)
        {
            sequence.Dispose();
        }
    }
}
