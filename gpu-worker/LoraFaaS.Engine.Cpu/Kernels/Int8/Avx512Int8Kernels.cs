using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Kernels.Int8;

/// <summary>512-bit products by pairs of words, as <see cref="Avx2Int8Kernels"/> has them, and the quantising of inputs 16 at a time.</summary>
internal unsafe class Avx512Int8Kernels : Int8Kernels
{
    private const int Width = 16;

    public override string Name => "avx512";

    public override void Multiply(in Int8Product product)
    {
        for (var panel = 0; panel < product.Panels; panel++)
        {
            var token = 0;
            for (; token <= product.Tokens - 2; token += 2)
            {
                Two(product.At(panel, token));
            }

            if (token < product.Tokens)
            {
                One(product.At(panel, token));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Widen(ushort* values, int count, float* wide)
    {
        var i = 0;
        for (; i <= count - Width; i += Width)
        {
            (Avx512F.ConvertToVector512UInt32(Vector256.Load(values + i)) << 16).AsSingle().Store(wide + i);
        }

        base.Widen(values + i, count - i, wide + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override GroupFactor QuantizeGroup(float* values, int count, sbyte* levels)
    {
        if (count % Width != 0)
        {
            return base.QuantizeGroup(values, count, levels);
        }

        var most = Vector512<float>.Zero;
        for (var i = 0; i < count; i += Width)
        {
            most = Vector512.Max(most, Vector512.Abs(Vector512.Load(values + i)));
        }

        var eight = Vector256.Max(most.GetLower(), most.GetUpper());
        var four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        var largest = MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3]));
        var factor = FactorOf(largest);
        if (factor == 0)
        {
            return base.QuantizeGroup(values, count, levels);
        }

        var by = Vector512.Create(factor);
        var sum = Vector512<int>.Zero;
        for (var i = 0; i < count; i += Width)
        {
            var level = Avx512F.ConvertToVector512Int32(Vector512.Load(values + i) * by);
            sum += level;
            Avx512F.ConvertToVector128SByte(level).Store(levels + i);
        }

        return new GroupFactor { Scale = largest / GroupLayout.MaxLevel, Start = -GroupLayout.ZeroByte * Vector512.Sum(sum) };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(in Int8Product tile)
    {
        var weights = tile.Weights;
        var input = (int*)tile.Input;
        var sum = Vector512<float>.Zero;
        for (var group = 0; group < tile.Groups; group++)
        {
            var whole = Vector512.Create(tile.Factors[group].Start);
            for (var line = tile.GroupLines; line > 0; line--)
            {
                var w = Vector512.Load((ushort*)weights);
                whole += Pairs((w & Vector512.Create((ushort)0xFF)).AsInt16(), (w >> 8).AsInt16(), *input++);
                weights += PanelLayout.LineBytes;
            }

            sum = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(whole) * Vector512.Create(tile.Factors[group].Scale), Vector512.Load((float*)weights), sum);
            weights += GroupLayout.ScaleBytes;
        }

        sum.Store(tile.Output);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two(in Int8Product tile)
    {
        var weights = tile.Weights;
        var first = (int*)tile.Input;
        var second = (int*)(tile.Input + tile.InputStride);
        var factors = (GroupFactor*)((byte*)tile.Factors + tile.InputStride);
        var a = Vector512<float>.Zero;
        var b = Vector512<float>.Zero;
        for (var group = 0; group < tile.Groups; group++)
        {
            var wholeA = Vector512.Create(tile.Factors[group].Start);
            var wholeB = Vector512.Create(factors[group].Start);
            for (var line = tile.GroupLines; line > 0; line--)
            {
                var w = Vector512.Load((ushort*)weights);
                var even = (w & Vector512.Create((ushort)0xFF)).AsInt16();
                var odd = (w >> 8).AsInt16();
                wholeA += Pairs(even, odd, *first++);
                wholeB += Pairs(even, odd, *second++);
                weights += PanelLayout.LineBytes;
            }

            var scales = Vector512.Load((float*)weights);
            a = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(wholeA) * Vector512.Create(tile.Factors[group].Scale), scales, a);
            b = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(wholeB) * Vector512.Create(factors[group].Scale), scales, b);
            weights += GroupLayout.ScaleBytes;
        }

        a.Store(tile.Output);
        b.Store(tile.Output + tile.OutputStride);
    }

    /// <summary>Four columns of 16 rows, weights as words of the even and the odd columns, times the four levels of a token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Pairs(Vector512<short> even, Vector512<short> odd, int levels)
    {
        var x = Vector512.Create(levels).AsInt16();
        return Avx512BW.MultiplyAddAdjacent(even, x << 8 >> 8) + Avx512BW.MultiplyAddAdjacent(odd, x >> 8);
    }
}
