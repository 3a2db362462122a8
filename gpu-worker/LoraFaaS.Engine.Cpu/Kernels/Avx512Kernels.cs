using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels.Tiles;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Kernels;

/// <summary>512-bit panel products and softmax; what is else not a product runs 256 bits wide, since memory bounds it, not width.</summary>
internal unsafe class Avx512Kernels : Avx2Kernels
{
    public override string Name => "avx512";

    public override void Multiply(PackedDtype weights, ActivationType input, in TileArguments product)
    {
        if (weights is PackedDtype.BF16)
        {
            Avx512Tiling.Run<BFloat16Line>(product);
        }
        else
        {
            Avx512Tiling.Run<SingleLine>(product);
        }
    }

    /// <summary>The carry of rounding up to even is added as a whole number; NaN stays one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Pack(float* row, int columns, ushort* packed)
    {
        var i = 0;
        for (; i <= columns - Lanes; i += Lanes)
        {
            var bits = Vector512.Load((uint*)row + i);
            var number = Vector512.Equals(Vector512.Load(row + i), Vector512.Load(row + i)).AsUInt32();
            var rounded = bits + Vector512.Create(0x7FFFu) + (bits >>> 16 & Vector512<uint>.One) >>> 16;
            var half = Vector512.ConditionalSelect(number, rounded, bits >>> 16 | Vector512.Create(0x40u));
            Vector512.Narrow(half, Vector512<uint>.Zero).GetLower().Store(packed + i);
        }

        base.Pack(row + i, columns - i, packed + i);
    }

    /// <summary>A query's block is one register, and queries do not wait for one another: the steps of several run side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SoftmaxBlocks(
        float* scores, int queries, int* visible, int first, float scale, float* maxima, float* sums, float* outputs, int outputCount)
    {
        var factor = Vector512.Create(scale);
        var hidden = Vector512.Create(float.NegativeInfinity);
        for (var i = 0; i < queries; i++)
        {
            var row = scores + i * Lanes;
            var isSeen = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(visible[i] - first)).AsSingle();
            var block = Vector512.ConditionalSelect(isSeen, Vector512.Load(row) * factor, hidden);

            var highest = MathF.Max(maxima[i], Highest(block));
            block = Exp(block - Vector512.Create(highest));
            block.Store(row);

            var shrink = maxima[i] == highest ? 1f : ScalarKernels.Exp(maxima[i] - highest);
            maxima[i] = highest;
            sums[i] = sums[i] * shrink + SumLanes(block.GetLower(), block.GetUpper());
            if (shrink == 1f)
            {
                continue;
            }

            var by = Vector512.Create(shrink);
            for (var j = 0; j < outputCount; j += Lanes)
            {
                var at = outputs + i * outputCount + j;
                (Vector512.Load(at) * by).Store(at);
            }
        }
    }

    /// <summary>The vector form of <see cref="ScalarKernels.Exp"/>, step by step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Exp(Vector512<float> x)
    {
        var isZero = Vector512.LessThan(x, Vector512.Create(ExpLow));
        x = Vector512.Min(Vector512.Max(x, Vector512.Create(ExpLow)), Vector512.Create(ExpHigh));
        var n = Vector512.Round(x * Vector512.Create(Log2E));
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2High), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2Low), r);

        var p = Vector512.FusedMultiplyAdd(Vector512.Create(Exp0), r, Vector512.Create(Exp1));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(Exp2));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(Exp3));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(Exp4));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(Exp5));
        p = Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One;

        var power = (Vector512.ConvertToInt32(n) + Vector512.Create(127) << 23).AsSingle();
        return Vector512.AndNot(p * power, isZero);
    }

    private static float Highest(Vector512<float> values)
    {
        var eight = Vector256.Max(values.GetLower(), values.GetUpper());
        var four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        var two = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(two[0], two[1]);
    }
}
