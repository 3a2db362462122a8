using System.Numerics;
using System.Runtime.InteropServices;

namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>Elementwise arithmetic of the network. Lengths are multiples of a vector's but for <see cref="Add"/> and <see cref="SumOfSquares"/>.</summary>
internal static class VectorMath
{
    public static void Sigmoid(Span<float> values)
    {
        foreach (ref var value in MemoryMarshal.Cast<float, Vector<float>>(values))
        {
            value = Vector<float>.One / (Vector<float>.One + Vector.Exp(-value));
        }
    }

    public static void Tanh(Span<float> values)
    {
        foreach (ref var value in MemoryMarshal.Cast<float, Vector<float>>(values))
        {
            value = TanhOf(value);
        }
    }

    /// <summary>1 − 2 / (e^2x + 1): right at both ends, where e^2x is 0 or infinite.</summary>
    public static Vector<float> TanhOf(Vector<float> value) => Vector<float>.One - new Vector<float>(2) / (Vector.Exp(value + value) + Vector<float>.One);

    public static void Add(ReadOnlySpan<float> from, Span<float> into)
    {
        var whole = into.Length - into.Length % Vector<float>.Count;
        var sources = MemoryMarshal.Cast<float, Vector<float>>(from[..whole]);
        var targets = MemoryMarshal.Cast<float, Vector<float>>(into[..whole]);

        for (var i = 0; i < targets.Length; i++)
        {
            targets[i] += sources[i];
        }

        for (var i = whole; i < into.Length; i++)
        {
            into[i] += from[i];
        }
    }

    public static float SumOfSquares(ReadOnlySpan<float> values)
    {
        var whole = values.Length - values.Length % Vector<float>.Count;
        var sums = Vector<float>.Zero;

        foreach (var value in MemoryMarshal.Cast<float, Vector<float>>(values[..whole]))
        {
            sums += value * value;
        }

        var sum = Vector.Sum(sums);

        foreach (var value in values[whole..])
        {
            sum += value * value;
        }

        return sum;
    }
}
