using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>Adam's moments (Kingma and Ba 2015, its defaults but for the rate) over all parameters of a network.</summary>
internal sealed class AdamState
{
    private const float FirstKeep = 0.9f;
    private const float SecondKeep = 0.999f;
    private const float Tiny = 1e-8f;

    public AdamState(int parameters)
        : this(new float[parameters], new float[parameters], 0)
    {
    }

    public AdamState(float[] first, float[] second, long updates) => (First, Second, Updates) = (first, second, updates);

    public float[] First { get; }

    public float[] Second { get; }

    public long Updates { get; private set; }

    /// <summary>One update; the gradient is first cut to a norm of <paramref name="mostNorm"/>.</summary>
    public void Update(float[] values, float[] gradient, float rate, float mostNorm)
    {
        var norm = MathF.Sqrt(TensorPrimitives.SumOfSquares<float>(gradient));
        var cut = norm > mostNorm ? mostNorm / norm : 1;

        if (!float.IsFinite(norm))
        {
            return;
        }

        Updates++;
        var step = (float)(rate * Math.Sqrt(1 - Math.Pow(SecondKeep, Updates)) / (1 - Math.Pow(FirstKeep, Updates)));
        var whole = values.Length - values.Length % Vector<float>.Count;
        Vectors(values, gradient, whole, step, cut);

        for (var i = whole; i < values.Length; i++)
        {
            var slope = gradient[i] * cut;
            First[i] = FirstKeep * First[i] + (1 - FirstKeep) * slope;
            Second[i] = SecondKeep * Second[i] + (1 - SecondKeep) * slope * slope;
            values[i] -= step * First[i] / (MathF.Sqrt(Second[i]) + Tiny);
        }
    }

    private void Vectors(float[] values, float[] gradient, int length, float step, float cut)
    {
        var value = MemoryMarshal.Cast<float, Vector<float>>(values.AsSpan(0, length));
        var slopes = MemoryMarshal.Cast<float, Vector<float>>(gradient.AsSpan(0, length));
        var first = MemoryMarshal.Cast<float, Vector<float>>(First.AsSpan(0, length));
        var second = MemoryMarshal.Cast<float, Vector<float>>(Second.AsSpan(0, length));
        var tiny = new Vector<float>(Tiny);

        for (var i = 0; i < value.Length; i++)
        {
            var slope = slopes[i] * cut;
            first[i] = first[i] * FirstKeep + slope * (1 - FirstKeep);
            second[i] = second[i] * SecondKeep + slope * slope * (1 - SecondKeep);
            value[i] -= first[i] * step / (Vector.SquareRoot(second[i]) + tiny);
        }
    }
}
