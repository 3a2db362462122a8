namespace LoraFaaS.Simulator.Traces;

/// <summary>Calls in order of arrival, as columns. Seconds from the start.</summary>
public sealed class Trace
{
    public required string Name { get; init; }

    public required double[] Arrival { get; init; }

    /// <summary>Position in <see cref="Functions"/>.</summary>
    public required int[] Function { get; init; }

    public required int[] PromptTokens { get; init; }

    public required int[] OutputTokens { get; init; }

    public required IReadOnlyList<TraceFunction> Functions { get; init; }

    /// <summary>Seconds from which calls are counted; what comes before only teaches the predictors and warms the cluster.</summary>
    public double CountFrom { get; init; }

    public required double Length { get; init; }

    public int Count => Arrival.Length;
}
