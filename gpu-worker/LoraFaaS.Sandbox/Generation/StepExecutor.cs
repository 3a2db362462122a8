using LoraFaaS.Engine;
using LoraFaaS.Engine.Models;
using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>Carries out a plan's rows: takes pages, runs one forward pass over all of them, and leaves the logits of those whose prompt is complete.</summary>
internal sealed class StepExecutor(InferenceEngine engine, int maxSequences) : IDisposable
{
    private readonly LogitsBuffer _logits = engine.Runner.CreateLogits();
    private readonly StepSlice[] _slices = new StepSlice[maxSequences];
    private readonly LiveSequence[] _sequences = new LiveSequence[maxSequences];
    private int _count;

    /// <summary>Rows of the step being put together or just run.</summary>
    public int Count => _count;

    public LiveSequence this[int row] => _sequences[row];

    /// <summary>
    /// Puts a row into the step. False: an adapter that is being loaded took the pages since the plan was made; the row waits for the next one.
    /// </summary>
    public bool TryAdd(LiveSequence sequence, StepRow row)
    {
        var tokens = sequence.Generation.Tokens;
        sequence.Kv ??= engine.Kv.CreateSequence(sequence.Generation.Owner);

        if (!sequence.Kv.TryGrow(tokens.Computed + row.Tokens))
        {
            return false;
        }

        sequence.Times.Scheduled();
        _sequences[_count] = sequence;
        _slices[_count++] = new StepSlice(sequence.Kv, sequence.Adapter, tokens.PendingIds(row.Tokens), tokens.Computed, WantsLogits: row.Tokens == tokens.Pending);
        return true;
    }

    /// <summary>Throws when the step fails; the sequences in it have then an undefined cache.</summary>
    public void Run()
    {
        engine.Runner.Step(_slices.AsSpan(0, _count), _logits);

        for (var i = 0; i < _count; i++)
        {
            _sequences[i].Generation.Tokens.MarkComputed(_slices[i].Tokens.Length);
        }
    }

    public bool HasLogits(int row) => _slices[row].WantsLogits;

    public Span<float> Logits(int row) => _logits.Row(row);

    public void Clear()
    {
        Array.Clear(_slices, 0, _count);
        Array.Clear(_sequences, 0, _count);
        _count = 0;
    }

    public void Dispose() => _logits.Dispose();
}
