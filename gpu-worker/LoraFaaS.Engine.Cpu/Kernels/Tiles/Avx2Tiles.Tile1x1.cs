using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>1 panel of 16 rows by 1 token, unrolled: the JIT keeps locals in registers, and no array.</summary>
internal static unsafe partial class Avx2Tiles
{
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile1x1<TLine>(in TileArguments tile)
        where TLine : struct, IWeightLine
    {
        var w0 = tile.Weights;
        var x0 = (byte*)tile.Input;
        var a0_0l = Vector256<float>.Zero;
        var a0_0h = Vector256<float>.Zero;

        if (tile.Accumulate)
        {
            var c = tile.Output;
            a0_0l = Vector256.Load(c);
            a0_0h = Vector256.Load(c + 8);
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
                var o0l = (Vector256.Load((uint*)(w0)) & Vector256.Create(0xFFFF0000u)).AsSingle();
                var o0h = (Vector256.Load((uint*)(w0 + 32)) & Vector256.Create(0xFFFF0000u)).AsSingle();
                var ox0 = Vector256.Create(*(float*)(x0 + 4));
                a0_0l = Vector256.FusedMultiplyAdd(o0l, ox0, a0_0l);
                a0_0h = Vector256.FusedMultiplyAdd(o0h, ox0, a0_0h);
            }
            else
            {
                var f0l = Vector256.Load((float*)(w0));
                var f0h = Vector256.Load((float*)(w0 + 32));
                var fx0 = Vector256.Create(*(float*)x0);
                a0_0l = Vector256.FusedMultiplyAdd(f0l, fx0, a0_0l);
                a0_0h = Vector256.FusedMultiplyAdd(f0h, fx0, a0_0h);
            }

            w0 += TileArguments.LineBytes;
            x0 += TLine.InputBytes;
        }

        var y = tile.Output;
        a0_0l.Store(y);
        a0_0h.Store(y + 8);
    }
}
