using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels.Tiles;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Kernels;

/// <summary>256-bit forms. A remainder that does not fill a vector goes the scalar way, element by element, which is the same arithmetic.</summary>
internal unsafe class Avx2Kernels : CpuKernels
{
    private const int Width = 8;

    private readonly ScalarKernels _rest = new();

    public override string Name => "avx2";

    public override void Multiply(PackedDtype weights, ActivationType input, in TileArguments product)
    {
        if (weights is PackedDtype.BF16)
        {
            Avx2Tiling.Run<BFloat16Line>(product);
        }
        else
        {
            Avx2Tiling.Run<SingleLine>(product);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Normalize(float* input, float* weight, int count, float epsilon, float* output)
    {
        var low = Vector256<float>.Zero;
        var high = Vector256<float>.Zero;
        var i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            var a = Vector256.Load(input + i);
            var b = Vector256.Load(input + i + Width);
            low = Vector256.FusedMultiplyAdd(a, a, low);
            high = Vector256.FusedMultiplyAdd(b, b, high);
        }

        if (i < count)
        {
            // Zeros beyond the end: a fused zero leaves its lane as it was.
            var tail = stackalloc float[Lanes];
            new Span<float>(tail, Lanes).Clear();
            new Span<float>(input + i, count - i).CopyTo(new Span<float>(tail, Lanes));
            var a = Vector256.Load(tail);
            var b = Vector256.Load(tail + Width);
            low = Vector256.FusedMultiplyAdd(a, a, low);
            high = Vector256.FusedMultiplyAdd(b, b, high);
        }

        var inverse = 1f / MathF.Sqrt(SumLanes(low, high) / count + epsilon);
        var factor = Vector256.Create(inverse);
        for (i = 0; i <= count - Width; i += Width)
        {
            (Vector256.Load(weight + i) * (Vector256.Load(input + i) * factor)).Store(output + i);
        }

        for (; i < count; i++)
        {
            output[i] = weight[i] * (input[i] * inverse);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Add(float* target, float* source, int count)
    {
        var i = 0;
        for (; i <= count - Width; i += Width)
        {
            (Vector256.Load(target + i) + Vector256.Load(source + i)).Store(target + i);
        }

        _rest.Add(target + i, source + i, count - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Scale(float* target, float* factors, int count)
    {
        var i = 0;
        for (; i <= count - Width; i += Width)
        {
            (Vector256.Load(target + i) * Vector256.Load(factors + i)).Store(target + i);
        }

        _rest.Scale(target + i, factors + i, count - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void GatedUnit(float* gate, float* up, int count, float* output)
    {
        var i = 0;
        for (; i <= count - Width; i += Width)
        {
            var g = Vector256.Load(gate + i);
            (g / (Vector256<float>.One + Exp(-g)) * Vector256.Load(up + i)).Store(output + i);
        }

        _rest.GatedUnit(gate + i, up + i, count - i, output + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Rotate(float* head, float* cos, float* sin, int half)
    {
        var i = 0;
        for (; i <= half - Width; i += Width)
        {
            var a = Vector256.Load(head + i);
            var b = Vector256.Load(head + i + half);
            var c = Vector256.Load(cos + i);
            var s = Vector256.Load(sin + i);
            (a * c - b * s).Store(head + i);
            (b * c + a * s).Store(head + i + half);
        }

        for (; i < half; i++)
        {
            var a = head[i];
            var b = head[i + half];
            head[i] = a * cos[i] - b * sin[i];
            head[i + half] = b * cos[i] + a * sin[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SoftmaxBlock(float* scores, int visible, float scale, ref float maximum, ref float sum, float* output, int outputCount)
    {
        var hidden = Vector256.Create(float.NegativeInfinity);
        var bound = Vector256.Create(visible);
        var factor = Vector256.Create(scale);
        var low = Vector256.ConditionalSelect(Vector256.LessThan(Vector256<int>.Indices, bound).AsSingle(), Vector256.Load(scores) * factor, hidden);
        var high = Vector256.ConditionalSelect(
            Vector256.LessThan(Vector256<int>.Indices + Vector256.Create(Width), bound).AsSingle(), Vector256.Load(scores + Width) * factor, hidden);

        var highest = MathF.Max(maximum, Highest(Vector256.Max(low, high)));
        var shift = Vector256.Create(highest);
        low = Exp(low - shift);
        high = Exp(high - shift);
        low.Store(scores);
        high.Store(scores + Width);

        var shrink = ScalarKernels.Exp(maximum - highest);
        maximum = highest;
        sum = sum * shrink + SumLanes(low, high);

        // The maximum rarely moves after the first blocks, and times one is what is there already.
        if (shrink == 1f)
        {
            return;
        }

        var by = Vector256.Create(shrink);
        for (var i = 0; i < outputCount; i += Width)
        {
            (Vector256.Load(output + i) * by).Store(output + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Divide(float* target, float divisor, int count)
    {
        var by = Vector256.Create(divisor);
        var i = 0;
        for (; i <= count - Width; i += Width)
        {
            (Vector256.Load(target + i) / by).Store(target + i);
        }

        _rest.Divide(target + i, divisor, count - i);
    }

    /// <summary>The vector form of <see cref="ScalarKernels.Exp"/>, step by step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Exp(Vector256<float> x)
    {
        var isZero = Vector256.LessThan(x, Vector256.Create(ExpLow));
        x = Vector256.Min(Vector256.Max(x, Vector256.Create(ExpLow)), Vector256.Create(ExpHigh));
        var n = Vector256.Round(x * Vector256.Create(Log2E));
        var r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-Ln2High), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-Ln2Low), r);

        var p = Vector256.FusedMultiplyAdd(Vector256.Create(Exp0), r, Vector256.Create(Exp1));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(Exp2));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(Exp3));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(Exp4));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(Exp5));
        p = Vector256.FusedMultiplyAdd(p, r * r, r) + Vector256<float>.One;

        var power = (Vector256.ConvertToInt32(n) + Vector256.Create(127) << 23).AsSingle();
        return Vector256.AndNot(p * power, isZero);
    }

    private static float SumLanes(Vector256<float> low, Vector256<float> high)
    {
        var eight = low + high;
        var four = eight.GetLower() + eight.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }

    private static float Highest(Vector256<float> values)
    {
        var four = Vector128.Max(values.GetLower(), values.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3]));
    }
}
