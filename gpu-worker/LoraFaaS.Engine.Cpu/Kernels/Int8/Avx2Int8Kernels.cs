using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Kernels.Int8;

/// <summary>
/// 256-bit products without an instruction for bytes: even and odd columns are taken apart into words, whose pairs are multiplied and added
/// exactly (vpmaddubsw would saturate).
/// </summary>
internal unsafe class Avx2Int8Kernels : Int8Kernels
{
    private const int HalfLine = 32;

    public override string Name => "avx2";

    public override void Multiply(in Int8Product product)
    {
        for (var panel = 0; panel < product.Panels; panel++)
        {
            for (var token = 0; token < product.Tokens; token++)
            {
                Panel(product.At(panel, token));
            }
        }
    }

    /// <summary>One panel by one token.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panel(in Int8Product tile)
    {
        var weights = tile.Weights;
        var input = (int*)tile.Input;
        var low = Vector256<float>.Zero;
        var high = Vector256<float>.Zero;
        for (var group = 0; group < tile.Groups; group++)
        {
            var a = Vector256.Create(tile.Factors[group].Start);
            var b = a;
            for (var line = tile.GroupLines; line > 0; line--)
            {
                var x = Vector256.Create(*input++).AsInt16();
                var even = x << 8 >> 8;
                var odd = x >> 8;
                var w = Vector256.Load((ushort*)weights);
                a += Avx2.MultiplyAddAdjacent((w & Vector256.Create((ushort)0xFF)).AsInt16(), even) + Avx2.MultiplyAddAdjacent((w >> 8).AsInt16(), odd);
                w = Vector256.Load((ushort*)(weights + HalfLine));
                b += Avx2.MultiplyAddAdjacent((w & Vector256.Create((ushort)0xFF)).AsInt16(), even) + Avx2.MultiplyAddAdjacent((w >> 8).AsInt16(), odd);
                weights += PanelLayout.LineBytes;
            }

            var scale = Vector256.Create(tile.Factors[group].Scale);
            low = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(a) * scale, Vector256.Load((float*)weights), low);
            high = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(b) * scale, Vector256.Load((float*)weights + 8), high);
            weights += GroupLayout.ScaleBytes;
        }

        low.Store(tile.Output);
        high.Store(tile.Output + 8);
    }
}
