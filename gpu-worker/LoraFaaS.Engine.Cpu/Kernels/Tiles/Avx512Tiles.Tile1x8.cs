using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>1 panel of 16 rows by 8 tokens, unrolled: the JIT keeps locals in registers, and no array.</summary>
internal static unsafe partial class Avx512Tiles
{
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile1x8<TLine>(in TileArguments tile)
        where TLine : struct, IWeightLine
    {
        var w0 = tile.Weights;
        var x0 = (byte*)tile.Input;
        var s1 = tile.InputStride;
        var s2 = 2 * s1;
        var x3 = x0 + s1 + s2;
        var x6 = x3 + s1 + s2;
        var a0_0 = Vector512<float>.Zero;
        var a1_0 = Vector512<float>.Zero;
        var a2_0 = Vector512<float>.Zero;
        var a3_0 = Vector512<float>.Zero;
        var a4_0 = Vector512<float>.Zero;
        var a5_0 = Vector512<float>.Zero;
        var a6_0 = Vector512<float>.Zero;
        var a7_0 = Vector512<float>.Zero;

        if (tile.Accumulate)
        {
            var c = tile.Output;
            a0_0 = Vector512.Load(c);
            c += tile.OutputStride;
            a1_0 = Vector512.Load(c);
            c += tile.OutputStride;
            a2_0 = Vector512.Load(c);
            c += tile.OutputStride;
            a3_0 = Vector512.Load(c);
            c += tile.OutputStride;
            a4_0 = Vector512.Load(c);
            c += tile.OutputStride;
            a5_0 = Vector512.Load(c);
            c += tile.OutputStride;
            a6_0 = Vector512.Load(c);
            c += tile.OutputStride;
            a7_0 = Vector512.Load(c);
        }

        for (var line = tile.Lines; line > 0; line--)
        {
            if (TLine.IsPair)
            {
                var e0 = (Vector512.Load((uint*)(w0)) << 16).AsSingle();
                var ex0 = Vector512.Create(*(float*)x0);
                a0_0 = Vector512.FusedMultiplyAdd(e0, ex0, a0_0);
                var ex1 = Vector512.Create(*(float*)(x0 + s1));
                a1_0 = Vector512.FusedMultiplyAdd(e0, ex1, a1_0);
                var ex2 = Vector512.Create(*(float*)(x0 + s2));
                a2_0 = Vector512.FusedMultiplyAdd(e0, ex2, a2_0);
                var ex3 = Vector512.Create(*(float*)x3);
                a3_0 = Vector512.FusedMultiplyAdd(e0, ex3, a3_0);
                var ex4 = Vector512.Create(*(float*)(x3 + s1));
                a4_0 = Vector512.FusedMultiplyAdd(e0, ex4, a4_0);
                var ex5 = Vector512.Create(*(float*)(x3 + s2));
                a5_0 = Vector512.FusedMultiplyAdd(e0, ex5, a5_0);
                var ex6 = Vector512.Create(*(float*)x6);
                a6_0 = Vector512.FusedMultiplyAdd(e0, ex6, a6_0);
                var ex7 = Vector512.Create(*(float*)(x6 + s1));
                a7_0 = Vector512.FusedMultiplyAdd(e0, ex7, a7_0);
                var o0 = (Vector512.Load((uint*)(w0)) & Vector512.Create(0xFFFF0000u)).AsSingle();
                var ox0 = Vector512.Create(*(float*)(x0 + 4));
                a0_0 = Vector512.FusedMultiplyAdd(o0, ox0, a0_0);
                var ox1 = Vector512.Create(*(float*)(x0 + s1 + 4));
                a1_0 = Vector512.FusedMultiplyAdd(o0, ox1, a1_0);
                var ox2 = Vector512.Create(*(float*)(x0 + s2 + 4));
                a2_0 = Vector512.FusedMultiplyAdd(o0, ox2, a2_0);
                var ox3 = Vector512.Create(*(float*)(x3 + 4));
                a3_0 = Vector512.FusedMultiplyAdd(o0, ox3, a3_0);
                var ox4 = Vector512.Create(*(float*)(x3 + s1 + 4));
                a4_0 = Vector512.FusedMultiplyAdd(o0, ox4, a4_0);
                var ox5 = Vector512.Create(*(float*)(x3 + s2 + 4));
                a5_0 = Vector512.FusedMultiplyAdd(o0, ox5, a5_0);
                var ox6 = Vector512.Create(*(float*)(x6 + 4));
                a6_0 = Vector512.FusedMultiplyAdd(o0, ox6, a6_0);
                var ox7 = Vector512.Create(*(float*)(x6 + s1 + 4));
                a7_0 = Vector512.FusedMultiplyAdd(o0, ox7, a7_0);
            }
            else
            {
                var f0 = Vector512.Load((float*)(w0));
                var fx0 = Vector512.Create(*(float*)x0);
                a0_0 = Vector512.FusedMultiplyAdd(f0, fx0, a0_0);
                var fx1 = Vector512.Create(*(float*)(x0 + s1));
                a1_0 = Vector512.FusedMultiplyAdd(f0, fx1, a1_0);
                var fx2 = Vector512.Create(*(float*)(x0 + s2));
                a2_0 = Vector512.FusedMultiplyAdd(f0, fx2, a2_0);
                var fx3 = Vector512.Create(*(float*)x3);
                a3_0 = Vector512.FusedMultiplyAdd(f0, fx3, a3_0);
                var fx4 = Vector512.Create(*(float*)(x3 + s1));
                a4_0 = Vector512.FusedMultiplyAdd(f0, fx4, a4_0);
                var fx5 = Vector512.Create(*(float*)(x3 + s2));
                a5_0 = Vector512.FusedMultiplyAdd(f0, fx5, a5_0);
                var fx6 = Vector512.Create(*(float*)x6);
                a6_0 = Vector512.FusedMultiplyAdd(f0, fx6, a6_0);
                var fx7 = Vector512.Create(*(float*)(x6 + s1));
                a7_0 = Vector512.FusedMultiplyAdd(f0, fx7, a7_0);
            }

            w0 += TileArguments.LineBytes;
            x0 += TLine.InputBytes;
            x3 += TLine.InputBytes;
            x6 += TLine.InputBytes;
        }

        var y = tile.Output;
        a0_0.Store(y);
        y += tile.OutputStride;
        a1_0.Store(y);
        y += tile.OutputStride;
        a2_0.Store(y);
        y += tile.OutputStride;
        a3_0.Store(y);
        y += tile.OutputStride;
        a4_0.Store(y);
        y += tile.OutputStride;
        a5_0.Store(y);
        y += tile.OutputStride;
        a6_0.Store(y);
        y += tile.OutputStride;
        a7_0.Store(y);
    }
}
