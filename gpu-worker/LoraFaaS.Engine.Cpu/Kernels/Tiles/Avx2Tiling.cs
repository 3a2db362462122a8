using System.Runtime.CompilerServices;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>Covers a product with 256-bit tiles: 1 panel × 4 tokens fills 13 of 16 registers; single tokens take 2 panels, two streams at once.</summary>
internal static class Avx2Tiling
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TLine>(in TileArguments product)
        where TLine : struct, IWeightLine
    {
        var panel = 0;
        if (product.Tokens <= 2)
        {
            for (; panel <= product.Panels - 2; panel += 2)
            {
                if (product.Tokens == 2)
                {
                    Avx2Tiles.Tile2x2<TLine>(product.At(panel, 0));
                }
                else if (product.Tokens == 1)
                {
                    Avx2Tiles.Tile2x1<TLine>(product.At(panel, 0));
                }
            }
        }

        for (; panel < product.Panels; panel++)
        {
            Single<TLine>(product, panel);
        }
    }

    private static void Single<TLine>(in TileArguments product, int panel)
        where TLine : struct, IWeightLine
    {
        var token = 0;
        for (; token <= product.Tokens - 4; token += 4)
        {
            Avx2Tiles.Tile1x4<TLine>(product.At(panel, token));
        }

        if (token <= product.Tokens - 2)
        {
            Avx2Tiles.Tile1x2<TLine>(product.At(panel, token));
            token += 2;
        }

        if (token < product.Tokens)
        {
            Avx2Tiles.Tile1x1<TLine>(product.At(panel, token));
        }
    }
}
