using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>2 panels of 16 rows by 2 tokens, unrolled: the JIT keeps locals in registers, and no array.</summary>
internal static unsafe partial class Avx2Tiles
{
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile2x2<TLine>(in TileArguments tile)
        where TLine : struct, IWeightLine
    {
        var w0 = tile.Weights;
        var w1 = w0 + tile.PanelStride;
        var x0 = (byte*)tile.Input;
        var s1 = tile.InputStride;
        var a0_0l = Vector256<float>.Zero;
        var a0_0h = Vector256<float>.Zero;
        var a0_1l = Vector256<float>.Zero;
        var a0_1h = Vector256<float>.Zero;
        var a1_0l = Vector256<float>.Zero;
        var a1_0h = Vector256<float>.Zero;
        var a1_1l = Vector256<float>.Zero;
        var a1_1h = Vector256<float>.Zero;

        if (tile.Accumulate)
        {
            var c = tile.Output;
            a0_0l = Vector256.Load(c);
            a0_0h = Vector256.Load(c + 8);
            a0_1l = Vector256.Load(c + 16);
            a0_1h = Vector256.Load(c + 24);
            c += tile.OutputStride;
            a1_0l = Vector256.Load(c);
            a1_0h = Vector256.Load(c + 8);
            a1_1l = Vector256.Load(c + 16);
            a1_1h = Vector256.Load(c + 24);
        }

        for (var line = tile.Lines; line > 0; line--)
        {
            if (TLine.IsPair)
            {
                var e0l = (Vector256.Load((uint*)(w0)) << 16).AsSingle();
                var e0h = (Vector256.Load((uint*)(w0 + 32)) << 16).AsSingle();
                var e1l = (Vector256.Load((uint*)(w1)) << 16).AsSingle();
                var e1h = (Vector256.Load((uint*)(w1 + 32)) << 16).AsSingle();
                var ex0 = Vector256.Create(*(float*)x0);
                a0_0l = Vector256.FusedMultiplyAdd(e0l, ex0, a0_0l);
                a0_0h = Vector256.FusedMultiplyAdd(e0h, ex0, a0_0h);
                a0_1l = Vector256.FusedMultiplyAdd(e1l, ex0, a0_1l);
                a0_1h = Vector256.FusedMultiplyAdd(e1h, ex0, a0_1h);
                var ex1 = Vector256.Create(*(float*)(x0 + s1));
                a1_0l = Vector256.FusedMultiplyAdd(e0l, ex1, a1_0l);
                a1_0h = Vector256.FusedMultiplyAdd(e0h, ex1, a1_0h);
                a1_1l = Vector256.FusedMultiplyAdd(e1l, ex1, a1_1l);
                a1_1h = Vector256.FusedMultiplyAdd(e1h, ex1, a1_1h);
                var o0l = (Vector256.Load((uint*)(w0)) & Vector256.Create(0xFFFF0000u)).AsSingle();
                var o0h = (Vector256.Load((uint*)(w0 + 32)) & Vector256.Create(0xFFFF0000u)).AsSingle();
                var o1l = (Vector256.Load((uint*)(w1)) & Vector256.Create(0xFFFF0000u)).AsSingle();
                var o1h = (Vector256.Load((uint*)(w1 + 32)) & Vector256.Create(0xFFFF0000u)).AsSingle();
                var ox0 = Vector256.Create(*(float*)(x0 + 4));
                a0_0l = Vector256.FusedMultiplyAdd(o0l, ox0, a0_0l);
                a0_0h = Vector256.FusedMultiplyAdd(o0h, ox0, a0_0h);
                a0_1l = Vector256.FusedMultiplyAdd(o1l, ox0, a0_1l);
                a0_1h = Vector256.FusedMultiplyAdd(o1h, ox0, a0_1h);
                var ox1 = Vector256.Create(*(float*)(x0 + s1 + 4));
                a1_0l = Vector256.FusedMultiplyAdd(o0l, ox1, a1_0l);
                a1_0h = Vector256.FusedMultiplyAdd(o0h, ox1, a1_0h);
                a1_1l = Vector256.FusedMultiplyAdd(o1l, ox1, a1_1l);
                a1_1h = Vector256.FusedMultiplyAdd(o1h, ox1, a1_1h);
            }
            else
            {
                var f0l = Vector256.Load((float*)(w0));
                var f0h = Vector256.Load((float*)(w0 + 32));
                var f1l = Vector256.Load((float*)(w1));
                var f1h = Vector256.Load((float*)(w1 + 32));
                var fx0 = Vector256.Create(*(float*)x0);
                a0_0l = Vector256.FusedMultiplyAdd(f0l, fx0, a0_0l);
                a0_0h = Vector256.FusedMultiplyAdd(f0h, fx0, a0_0h);
                a0_1l = Vector256.FusedMultiplyAdd(f1l, fx0, a0_1l);
                a0_1h = Vector256.FusedMultiplyAdd(f1h, fx0, a0_1h);
                var fx1 = Vector256.Create(*(float*)(x0 + s1));
                a1_0l = Vector256.FusedMultiplyAdd(f0l, fx1, a1_0l);
                a1_0h = Vector256.FusedMultiplyAdd(f0h, fx1, a1_0h);
                a1_1l = Vector256.FusedMultiplyAdd(f1l, fx1, a1_1l);
                a1_1h = Vector256.FusedMultiplyAdd(f1h, fx1, a1_1h);
            }

            w0 += TileArguments.LineBytes;
            w1 += TileArguments.LineBytes;
            x0 += TLine.InputBytes;
        }

        var y = tile.Output;
        a0_0l.Store(y);
        a0_0h.Store(y + 8);
        a0_1l.Store(y + 16);
        a0_1h.Store(y + 24);
        y += tile.OutputStride;
        a1_0l.Store(y);
        a1_0h.Store(y + 8);
        a1_1l.Store(y + 16);
        a1_1h.Store(y + 24);
    }
}
