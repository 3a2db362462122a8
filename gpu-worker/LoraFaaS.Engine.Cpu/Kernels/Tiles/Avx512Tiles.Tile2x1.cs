using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>2 panels of 16 rows by 1 token, unrolled: the JIT keeps locals in registers, and no array.</summary>
internal static unsafe partial class Avx512Tiles
{
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile2x1<TLine>(in TileArguments tile)
        where TLine : struct, IWeightLine
    {
        var w0 = tile.Weights;
        var w1 = w0 + tile.PanelStride;
        var x0 = (byte*)tile.Input;
        var a0_0 = Vector512<float>.Zero;
        var a0_1 = Vector512<float>.Zero;

        if (tile.Accumulate)
        {
            var c = tile.Output;
            a0_0 = Vector512.Load(c);
            a0_1 = Vector512.Load(c + 16);
        }

        for (var line = tile.Lines; line > 0; line--)
        {
            if (TLine.IsPair)
            {
                var e0 = (Vector512.Load((uint*)(w0)) << 16).AsSingle();
                var e1 = (Vector512.Load((uint*)(w1)) << 16).AsSingle();
                var ex0 = Vector512.Create(*(float*)x0);
                a0_0 = Vector512.FusedMultiplyAdd(e0, ex0, a0_0);
                a0_1 = Vector512.FusedMultiplyAdd(e1, ex0, a0_1);
                var o0 = (Vector512.Load((uint*)(w0)) & Vector512.Create(0xFFFF0000u)).AsSingle();
                var o1 = (Vector512.Load((uint*)(w1)) & Vector512.Create(0xFFFF0000u)).AsSingle();
                var ox0 = Vector512.Create(*(float*)(x0 + 4));
                a0_0 = Vector512.FusedMultiplyAdd(o0, ox0, a0_0);
                a0_1 = Vector512.FusedMultiplyAdd(o1, ox0, a0_1);
            }
            else
            {
                var f0 = Vector512.Load((float*)(w0));
                var f1 = Vector512.Load((float*)(w1));
                var fx0 = Vector512.Create(*(float*)x0);
                a0_0 = Vector512.FusedMultiplyAdd(f0, fx0, a0_0);
                a0_1 = Vector512.FusedMultiplyAdd(f1, fx0, a0_1);
            }

            w0 += TileArguments.LineBytes;
            w1 += TileArguments.LineBytes;
            x0 += TLine.InputBytes;
        }

        var y = tile.Output;
        a0_0.Store(y);
        a0_1.Store(y + 16);
    }
}
