using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>4 panels of 16 rows by 3 tokens, unrolled: the JIT keeps locals in registers, and no array.</summary>
internal static unsafe partial class Avx512Tiles
{
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile4x3<TLine>(in TileArguments tile)
        where TLine : struct, IWeightLine
    {
        var w0 = tile.Weights;
        var w1 = w0 + tile.PanelStride;
        var w2 = w1 + tile.PanelStride;
        var w3 = w2 + tile.PanelStride;
        var x0 = (byte*)tile.Input;
        var s1 = tile.InputStride;
        var s2 = 2 * s1;
        var a0_0 = Vector512<float>.Zero;
        var a0_1 = Vector512<float>.Zero;
        var a0_2 = Vector512<float>.Zero;
        var a0_3 = Vector512<float>.Zero;
        var a1_0 = Vector512<float>.Zero;
        var a1_1 = Vector512<float>.Zero;
        var a1_2 = Vector512<float>.Zero;
        var a1_3 = Vector512<float>.Zero;
        var a2_0 = Vector512<float>.Zero;
        var a2_1 = Vector512<float>.Zero;
        var a2_2 = Vector512<float>.Zero;
        var a2_3 = Vector512<float>.Zero;

        if (tile.Accumulate)
        {
            var c = tile.Output;
            a0_0 = Vector512.Load(c);
            a0_1 = Vector512.Load(c + 16);
            a0_2 = Vector512.Load(c + 32);
            a0_3 = Vector512.Load(c + 48);
            c += tile.OutputStride;
            a1_0 = Vector512.Load(c);
            a1_1 = Vector512.Load(c + 16);
            a1_2 = Vector512.Load(c + 32);
            a1_3 = Vector512.Load(c + 48);
            c += tile.OutputStride;
            a2_0 = Vector512.Load(c);
            a2_1 = Vector512.Load(c + 16);
            a2_2 = Vector512.Load(c + 32);
            a2_3 = Vector512.Load(c + 48);
        }

        for (var line = tile.Lines; line > 0; line--)
        {
            if (TLine.IsPair)
            {
                var e0 = (Vector512.Load((uint*)(w0)) << 16).AsSingle();
                var e1 = (Vector512.Load((uint*)(w1)) << 16).AsSingle();
                var e2 = (Vector512.Load((uint*)(w2)) << 16).AsSingle();
                var e3 = (Vector512.Load((uint*)(w3)) << 16).AsSingle();
                var ex0 = Vector512.Create(*(float*)x0);
                a0_0 = Vector512.FusedMultiplyAdd(e0, ex0, a0_0);
                a0_1 = Vector512.FusedMultiplyAdd(e1, ex0, a0_1);
                a0_2 = Vector512.FusedMultiplyAdd(e2, ex0, a0_2);
                a0_3 = Vector512.FusedMultiplyAdd(e3, ex0, a0_3);
                var ex1 = Vector512.Create(*(float*)(x0 + s1));
                a1_0 = Vector512.FusedMultiplyAdd(e0, ex1, a1_0);
                a1_1 = Vector512.FusedMultiplyAdd(e1, ex1, a1_1);
                a1_2 = Vector512.FusedMultiplyAdd(e2, ex1, a1_2);
                a1_3 = Vector512.FusedMultiplyAdd(e3, ex1, a1_3);
                var ex2 = Vector512.Create(*(float*)(x0 + s2));
                a2_0 = Vector512.FusedMultiplyAdd(e0, ex2, a2_0);
                a2_1 = Vector512.FusedMultiplyAdd(e1, ex2, a2_1);
                a2_2 = Vector512.FusedMultiplyAdd(e2, ex2, a2_2);
                a2_3 = Vector512.FusedMultiplyAdd(e3, ex2, a2_3);
                var o0 = (Vector512.Load((uint*)(w0)) & Vector512.Create(0xFFFF0000u)).AsSingle();
                var o1 = (Vector512.Load((uint*)(w1)) & Vector512.Create(0xFFFF0000u)).AsSingle();
                var o2 = (Vector512.Load((uint*)(w2)) & Vector512.Create(0xFFFF0000u)).AsSingle();
                var o3 = (Vector512.Load((uint*)(w3)) & Vector512.Create(0xFFFF0000u)).AsSingle();
                var ox0 = Vector512.Create(*(float*)(x0 + 4));
                a0_0 = Vector512.FusedMultiplyAdd(o0, ox0, a0_0);
                a0_1 = Vector512.FusedMultiplyAdd(o1, ox0, a0_1);
                a0_2 = Vector512.FusedMultiplyAdd(o2, ox0, a0_2);
                a0_3 = Vector512.FusedMultiplyAdd(o3, ox0, a0_3);
                var ox1 = Vector512.Create(*(float*)(x0 + s1 + 4));
                a1_0 = Vector512.FusedMultiplyAdd(o0, ox1, a1_0);
                a1_1 = Vector512.FusedMultiplyAdd(o1, ox1, a1_1);
                a1_2 = Vector512.FusedMultiplyAdd(o2, ox1, a1_2);
                a1_3 = Vector512.FusedMultiplyAdd(o3, ox1, a1_3);
                var ox2 = Vector512.Create(*(float*)(x0 + s2 + 4));
                a2_0 = Vector512.FusedMultiplyAdd(o0, ox2, a2_0);
                a2_1 = Vector512.FusedMultiplyAdd(o1, ox2, a2_1);
                a2_2 = Vector512.FusedMultiplyAdd(o2, ox2, a2_2);
                a2_3 = Vector512.FusedMultiplyAdd(o3, ox2, a2_3);
            }
            else
            {
                var f0 = Vector512.Load((float*)(w0));
                var f1 = Vector512.Load((float*)(w1));
                var f2 = Vector512.Load((float*)(w2));
                var f3 = Vector512.Load((float*)(w3));
                var fx0 = Vector512.Create(*(float*)x0);
                a0_0 = Vector512.FusedMultiplyAdd(f0, fx0, a0_0);
                a0_1 = Vector512.FusedMultiplyAdd(f1, fx0, a0_1);
                a0_2 = Vector512.FusedMultiplyAdd(f2, fx0, a0_2);
                a0_3 = Vector512.FusedMultiplyAdd(f3, fx0, a0_3);
                var fx1 = Vector512.Create(*(float*)(x0 + s1));
                a1_0 = Vector512.FusedMultiplyAdd(f0, fx1, a1_0);
                a1_1 = Vector512.FusedMultiplyAdd(f1, fx1, a1_1);
                a1_2 = Vector512.FusedMultiplyAdd(f2, fx1, a1_2);
                a1_3 = Vector512.FusedMultiplyAdd(f3, fx1, a1_3);
                var fx2 = Vector512.Create(*(float*)(x0 + s2));
                a2_0 = Vector512.FusedMultiplyAdd(f0, fx2, a2_0);
                a2_1 = Vector512.FusedMultiplyAdd(f1, fx2, a2_1);
                a2_2 = Vector512.FusedMultiplyAdd(f2, fx2, a2_2);
                a2_3 = Vector512.FusedMultiplyAdd(f3, fx2, a2_3);
            }

            w0 += TileArguments.LineBytes;
            w1 += TileArguments.LineBytes;
            w2 += TileArguments.LineBytes;
            w3 += TileArguments.LineBytes;
            x0 += TLine.InputBytes;
        }

        var y = tile.Output;
        a0_0.Store(y);
        a0_1.Store(y + 16);
        a0_2.Store(y + 32);
        a0_3.Store(y + 48);
        y += tile.OutputStride;
        a1_0.Store(y);
        a1_1.Store(y + 16);
        a1_2.Store(y + 32);
        a1_3.Store(y + 48);
        y += tile.OutputStride;
        a2_0.Store(y);
        a2_1.Store(y + 16);
        a2_2.Store(y + 32);
        a2_3.Store(y + 48);
    }
}
