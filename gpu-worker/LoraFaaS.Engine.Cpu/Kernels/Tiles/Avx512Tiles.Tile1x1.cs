using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>1 panel of 16 rows by 1 token, unrolled: the JIT keeps locals in registers, and no array.</summary>
internal static unsafe partial class Avx512Tiles
{
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile1x1<TLine>(in TileArguments tile)
        where TLine : struct, IWeightLine
    {
        var w0 = tile.Weights;
        var x0 = (byte*)tile.Input;
        var a0_0 = Vector512<float>.Zero;

        if (tile.Accumulate)
        {
            var c = tile.Output;
            a0_0 = Vector512.Load(c);
        }

        for (var line = tile.Lines; line > 0; line--)
        {
            if (TLine.IsPair)
            {
                var e0 = (Vector512.Load((uint*)(w0)) << 16).AsSingle();
                var ex0 = Vector512.Create(*(float*)x0);
                a0_0 = Vector512.FusedMultiplyAdd(e0, ex0, a0_0);
                var o0 = (Vector512.Load((uint*)(w0)) & Vector512.Create(0xFFFF0000u)).AsSingle();
                var ox0 = Vector512.Create(*(float*)(x0 + 4));
                a0_0 = Vector512.FusedMultiplyAdd(o0, ox0, a0_0);
            }
            else
            {
                var f0 = Vector512.Load((float*)(w0));
                var fx0 = Vector512.Create(*(float*)x0);
                a0_0 = Vector512.FusedMultiplyAdd(f0, fx0, a0_0);
            }

            w0 += TileArguments.LineBytes;
            x0 += TLine.InputBytes;
        }

        var y = tile.Output;
        a0_0.Store(y);
    }
}
