using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>1 panel of 16 rows by 4 tokens, unrolled: the JIT keeps locals in registers, and no array.</summary>
internal static unsafe partial class Avx2Tiles
{
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile1x4<TLine>(in TileArguments tile)
        where TLine : struct, IWeightLine
    {
        var w0 = tile.Weights;
        var x0 = (byte*)tile.Input;
        var s1 = tile.InputStride;
        var s2 = 2 * s1;
        var x3 = x0 + s1 + s2;
        var a0_0l = Vector256<float>.Zero;
        var a0_0h = Vector256<float>.Zero;
        var a1_0l = Vector256<float>.Zero;
        var a1_0h = Vector256<float>.Zero;
        var a2_0l = Vector256<float>.Zero;
        var a2_0h = Vector256<float>.Zero;
        var a3_0l = Vector256<float>.Zero;
        var a3_0h = Vector256<float>.Zero;

        if (tile.Accumulate)
        {
            var c = tile.Output;
            a0_0l = Vector256.Load(c);
            a0_0h = Vector256.Load(c + 8);
            c += tile.OutputStride;
            a1_0l = Vector256.Load(c);
            a1_0h = Vector256.Load(c + 8);
            c += tile.OutputStride;
            a2_0l = Vector256.Load(c);
            a2_0h = Vector256.Load(c + 8);
            c += tile.OutputStride;
            a3_0l = Vector256.Load(c);
            a3_0h = Vector256.Load(c + 8);
        }

        for (var line = tile.Lines; line > 0; line--)
        {
            if (TLine.IsPair)
            {
                var e0l = (Vector256.Load((uint*)(w0)) << 16).AsSingle();
                var e0h = (Vector256.Load((uint*)(w0 + 32)) << 16).AsSingle();
                var ex0 = Vector256.Create(*(float*)x0);
                a0_0l = Vector256.FusedMultiplyAdd(e0l, ex0, a0_0l);
                a0_0h = Vector256.FusedMultiplyAdd(e0h, ex0, a0_0h);
                var ex1 = Vector256.Create(*(float*)(x0 + s1));
                a1_0l = Vector256.FusedMultiplyAdd(e0l, ex1, a1_0l);
                a1_0h = Vector256.FusedMultiplyAdd(e0h, ex1, a1_0h);
                var ex2 = Vector256.Create(*(float*)(x0 + s2));
                a2_0l = Vector256.FusedMultiplyAdd(e0l, ex2, a2_0l);
                a2_0h = Vector256.FusedMultiplyAdd(e0h, ex2, a2_0h);
                var ex3 = Vector256.Create(*(float*)x3);
                a3_0l = Vector256.FusedMultiplyAdd(e0l, ex3, a3_0l);
                a3_0h = Vector256.FusedMultiplyAdd(e0h, ex3, a3_0h);
                var o0l = (Vector256.Load((uint*)(w0)) & Vector256.Create(0xFFFF0000u)).AsSingle();
                var o0h = (Vector256.Load((uint*)(w0 + 32)) & Vector256.Create(0xFFFF0000u)).AsSingle();
                var ox0 = Vector256.Create(*(float*)(x0 + 4));
                a0_0l = Vector256.FusedMultiplyAdd(o0l, ox0, a0_0l);
                a0_0h = Vector256.FusedMultiplyAdd(o0h, ox0, a0_0h);
                var ox1 = Vector256.Create(*(float*)(x0 + s1 + 4));
                a1_0l = Vector256.FusedMultiplyAdd(o0l, ox1, a1_0l);
                a1_0h = Vector256.FusedMultiplyAdd(o0h, ox1, a1_0h);
                var ox2 = Vector256.Create(*(float*)(x0 + s2 + 4));
                a2_0l = Vector256.FusedMultiplyAdd(o0l, ox2, a2_0l);
                a2_0h = Vector256.FusedMultiplyAdd(o0h, ox2, a2_0h);
                var ox3 = Vector256.Create(*(float*)(x3 + 4));
                a3_0l = Vector256.FusedMultiplyAdd(o0l, ox3, a3_0l);
                a3_0h = Vector256.FusedMultiplyAdd(o0h, ox3, a3_0h);
            }
            else
            {
                var f0l = Vector256.Load((float*)(w0));
                var f0h = Vector256.Load((float*)(w0 + 32));
                var fx0 = Vector256.Create(*(float*)x0);
                a0_0l = Vector256.FusedMultiplyAdd(f0l, fx0, a0_0l);
                a0_0h = Vector256.FusedMultiplyAdd(f0h, fx0, a0_0h);
                var fx1 = Vector256.Create(*(float*)(x0 + s1));
                a1_0l = Vector256.FusedMultiplyAdd(f0l, fx1, a1_0l);
                a1_0h = Vector256.FusedMultiplyAdd(f0h, fx1, a1_0h);
                var fx2 = Vector256.Create(*(float*)(x0 + s2));
                a2_0l = Vector256.FusedMultiplyAdd(f0l, fx2, a2_0l);
                a2_0h = Vector256.FusedMultiplyAdd(f0h, fx2, a2_0h);
                var fx3 = Vector256.Create(*(float*)x3);
                a3_0l = Vector256.FusedMultiplyAdd(f0l, fx3, a3_0l);
                a3_0h = Vector256.FusedMultiplyAdd(f0h, fx3, a3_0h);
            }

            w0 += TileArguments.LineBytes;
            x0 += TLine.InputBytes;
            x3 += TLine.InputBytes;
        }

        var y = tile.Output;
        a0_0l.Store(y);
        a0_0h.Store(y + 8);
        y += tile.OutputStride;
        a1_0l.Store(y);
        a1_0h.Store(y + 8);
        y += tile.OutputStride;
        a2_0l.Store(y);
        a2_0h.Store(y + 8);
        y += tile.OutputStride;
        a3_0l.Store(y);
        a3_0h.Store(y + 8);
    }
}
