using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Models;
using LoraFaaS.Policies.Batching;

namespace LoraFaaS.Bench.Inference;

/// <summary>A sequence of <see cref="PlannedSteps"/>: made-up tokens, as many as asked.</summary>
internal sealed class PlannedRow(KvSequence kv, AdapterHandle? adapter, int tokens)
{
    public KvSequence Kv => kv;

    public int Tokens { get; private set; } = tokens;

    public int Computed { get; private set; }

    public bool IsDecoding => Computed > 0 && Tokens - Computed == 1;

    public StepLoad AddTo(StepLoad load, int count) => IsDecoding ? load.WithDecode() : load.WithPrefill(Computed, count);

    public StepSlice Next(int count)
    {
        if (!kv.TryGrow(Computed + count))
        {
            throw new InvalidOperationException("Out of pages.");
        }

        return new StepSlice(kv, adapter, Enumerable.Range(Computed, count).Select(position => position % 200).ToArray(), Computed, Computed + count == Tokens);
    }

    public void Advance(int count)
    {
        Computed += count;
        if (Computed == Tokens)
        {
            Tokens++;
        }
    }
}
