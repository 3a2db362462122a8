using System.Diagnostics;

namespace LoraFaaS.Policies.Forecasting;

/// <summary>Quantiles of a number of calls: with probability 0.9 there are at most <paramref name="P90"/>. They never fall from left to right.</summary>
public readonly record struct CountQuantiles(float P10, float P25, float P50, float P75, float P90, float P99)
{
    public const int Count = 6;

    public static readonly CountQuantiles Zero;

    /// <summary>The shares the quantiles belong to.</summary>
    public static ReadOnlySpan<double> Levels => [0.1, 0.25, 0.5, 0.75, 0.9, 0.99];

    /// <summary>By position in <see cref="Levels"/>.</summary>
    public float this[int level] => level switch
    {
        0 => P10,
        1 => P25,
        2 => P50,
        3 => P75,
        4 => P90,
        5 => P99,
        _ => throw new UnreachableException(),
    };

    /// <summary>From values in the order of <see cref="Levels"/>.</summary>
    public static CountQuantiles Of(ReadOnlySpan<float> values) => new(values[0], values[1], values[2], values[3], values[4], values[5]);
}
