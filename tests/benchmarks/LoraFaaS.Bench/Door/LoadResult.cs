namespace LoraFaaS.Bench.Door;

/// <summary>What the load process answers: over a stretch, how many calls ended well, and how long they took.</summary>
internal sealed record LoadResult(int Calls, int Failures, double Seconds, double MedianMs, double P99Ms)
{
    /// <summary>With those before the stretch.</summary>
    public int AllCalls { get; init; } = Calls;

    public double PerSecond => Calls / Seconds;
}
