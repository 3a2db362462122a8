namespace LoraFaaS.Engine.Compute;

/// <summary>
/// How the tokens of a step lie in its activation rows: by adapter, then by sequence, so that an adapter's rows are one run.
/// Arrays are made once for the largest step and refilled; the counts say how far they are filled.
/// </summary>
public sealed class StepPlan(int maxTokens, int maxSlices)
{
    public int[] Tokens { get; } = new int[maxTokens];

    public int[] Positions { get; } = new int[maxTokens];

    public SliceRows[] Slices { get; } = new SliceRows[maxSlices];

    public AdapterGroup[] Groups { get; } = new AdapterGroup[maxSlices];

    /// <summary>Rows whose logits are wanted.</summary>
    public int[] Wanted { get; } = new int[maxSlices];

    public int TokenCount { get; internal set; }

    public int SliceCount { get; internal set; }

    public int GroupCount { get; internal set; }

    public int WantedCount { get; internal set; }
}
