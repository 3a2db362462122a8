using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Compute;

namespace LoraFaaS.Engine.Models;

/// <summary>Lays a step's slices into rows, adapter by adapter, and checks them before anything is computed.</summary>
internal sealed class StepPlanner(EngineOptions options, int vocabulary, int maxPositions)
{
    private readonly bool[] _placed = new bool[options.MaxSequences];

    /// <summary>By slice: its place among the plan's.</summary>
    private readonly int[] _placeOf = new int[options.MaxSequences];

    public StepPlan Plan { get; } = new(options.MaxStepTokens, options.MaxSequences);

    public void Lay(ReadOnlySpan<StepSlice> slices, LogitsBuffer logits)
    {
        Check(slices);
        Plan.TokenCount = 0;
        Plan.SliceCount = 0;
        Plan.GroupCount = 0;
        Plan.WantedCount = 0;
        logits.Forget();
        Array.Clear(_placed);

        // Quadratic in distinct adapters at most 64 × 64 comparisons, and free of sorting and of garbage.
        for (var i = 0; i < slices.Length; i++)
        {
            if (!_placed[i])
            {
                LayGroup(slices, i, logits);
            }
        }
    }

    /// <summary>Asks, after the step, for rows of it that were not wanted before.</summary>
    public void Want(int slice, int first, int count, LogitsBuffer logits)
    {
        var rows = Plan.Slices[_placeOf[slice]];
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + count, rows.Rows, nameof(count));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, logits.Count);
        logits.Forget();
        Plan.WantedCount = count;

        for (var i = 0; i < count; i++)
        {
            logits.Assign(i, i);
            Plan.Wanted[i] = rows.Row + first + i;
        }
    }

    private void LayGroup(ReadOnlySpan<StepSlice> slices, int first, LogitsBuffer logits)
    {
        var adapter = slices[first].Adapter;
        var groupRow = Plan.TokenCount;
        for (var i = first; i < slices.Length; i++)
        {
            if (!_placed[i] && ReferenceEquals(slices[i].Adapter, adapter))
            {
                LaySlice(slices[i], i, logits);
                _placed[i] = true;
            }
        }

        if (adapter is not null)
        {
            Plan.Groups[Plan.GroupCount++] = new AdapterGroup(adapter, groupRow, Plan.TokenCount - groupRow);
        }
    }

    private void LaySlice(in StepSlice slice, int index, LogitsBuffer logits)
    {
        var row = Plan.TokenCount;
        var tokens = slice.Tokens.Span;
        tokens.CopyTo(Plan.Tokens.AsSpan(row));
        for (var i = 0; i < tokens.Length; i++)
        {
            Plan.Positions[row + i] = slice.Start + i;
        }

        _placeOf[index] = Plan.SliceCount;
        Plan.Slices[Plan.SliceCount++] = new SliceRows(slice.Kv, row, tokens.Length, slice.Start);
        Plan.TokenCount += tokens.Length;

        if (slice.WantsLogits)
        {
            logits.Assign(index, Plan.WantedCount);
            Plan.Wanted[Plan.WantedCount++] = row + tokens.Length - 1;
        }
    }

    private void Check(ReadOnlySpan<StepSlice> slices)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slices.Length, options.MaxSequences, nameof(slices));
        var total = 0;
        foreach (ref readonly var slice in slices)
        {
            total += slice.Tokens.Length;
            if (slice.Tokens.IsEmpty || slice.Start < 0 || slice.Start + slice.Tokens.Length > Math.Min(slice.Kv.Capacity, maxPositions))
            {
                throw new ArgumentException($"A slice of {slice.Tokens.Length} tokens from {slice.Start} does not fit its sequence of {slice.Kv.Capacity}, or the context of {maxPositions}.", nameof(slices));
            }

            foreach (var token in slice.Tokens.Span)
            {
                if ((uint)token >= (uint)vocabulary)
                {
                    throw new ArgumentException($"Token {token} is not in a vocabulary of {vocabulary}.", nameof(slices));
                }
            }
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(total, options.MaxStepTokens, nameof(slices));
    }

    /// <summary>The widest low-rank product the step needs room for.</summary>
    public int WidestStack()
    {
        var widest = 0;
        for (var i = 0; i < Plan.GroupCount; i++)
        {
            widest = Math.Max(widest, Plan.Groups[i].Adapter.MaxStackRows);
        }

        return widest;
    }
}
