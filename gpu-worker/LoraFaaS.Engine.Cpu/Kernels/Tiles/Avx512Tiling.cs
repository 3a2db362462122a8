using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>
/// Covers a product with tiles. From 8 tokens on, 2 panels × 12 tokens: 24 accumulators, and per line 4 widening instructions for 48 fused
/// multiply-adds. Below that, 4 panels: each panel is a stream of its own, and several streams hide more memory latency than one.
/// </summary>
internal static class Avx512Tiling
{
    private const int WideFrom = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TLine>(in TileArguments product)
        where TLine : struct, IWeightLine
    {
        var panel = 0;
        if (product.Tokens < WideFrom)
        {
            for (; panel <= product.Panels - 4; panel += 4)
            {
                Fours<TLine>(product, panel);
            }
        }

        for (; panel <= product.Panels - 2; panel += 2)
        {
            Pairs<TLine>(product, panel);
        }

        if (panel < product.Panels)
        {
            Single<TLine>(product, panel);
        }
    }

    /// <summary>One pass for up to six tokens, two for seven (28 accumulators leave no register for the weights).</summary>
    private static void Fours<TLine>(in TileArguments product, int panel)
        where TLine : struct, IWeightLine
    {
        switch (product.Tokens)
        {
            case 1:
                Avx512Tiles.Tile4x1<TLine>(product.At(panel, 0));
                break;
            case 2:
                Avx512Tiles.Tile4x2<TLine>(product.At(panel, 0));
                break;
            case 3:
                Avx512Tiles.Tile4x3<TLine>(product.At(panel, 0));
                break;
            case 4:
                Avx512Tiles.Tile4x4<TLine>(product.At(panel, 0));
                break;
            case 5:
                Avx512Tiles.Tile4x5<TLine>(product.At(panel, 0));
                break;
            case 6:
                Avx512Tiles.Tile4x6<TLine>(product.At(panel, 0));
                break;
            case 7:
                Avx512Tiles.Tile4x4<TLine>(product.At(panel, 0));
                Avx512Tiles.Tile4x3<TLine>(product.At(panel, 4));
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static void Pairs<TLine>(in TileArguments product, int panel)
        where TLine : struct, IWeightLine
    {
        var token = 0;
        for (; token <= product.Tokens - 12; token += 12)
        {
            Avx512Tiles.Tile2x12<TLine>(product.At(panel, token));
        }

        if (token <= product.Tokens - 8)
        {
            Avx512Tiles.Tile2x8<TLine>(product.At(panel, token));
            token += 8;
        }

        if (token <= product.Tokens - 4)
        {
            Avx512Tiles.Tile2x4<TLine>(product.At(panel, token));
            token += 4;
        }

        if (token <= product.Tokens - 2)
        {
            Avx512Tiles.Tile2x2<TLine>(product.At(panel, token));
            token += 2;
        }

        if (token < product.Tokens)
        {
            Avx512Tiles.Tile2x1<TLine>(product.At(panel, token));
        }
    }

    private static void Single<TLine>(in TileArguments product, int panel)
        where TLine : struct, IWeightLine
    {
        var token = 0;
        for (; token <= product.Tokens - 8; token += 8)
        {
            Avx512Tiles.Tile1x8<TLine>(product.At(panel, token));
        }

        if (token <= product.Tokens - 4)
        {
            Avx512Tiles.Tile1x4<TLine>(product.At(panel, token));
            token += 4;
        }

        if (token <= product.Tokens - 2)
        {
            Avx512Tiles.Tile1x2<TLine>(product.At(panel, token));
            token += 2;
        }

        if (token < product.Tokens)
        {
            Avx512Tiles.Tile1x1<TLine>(product.At(panel, token));
        }
    }
}
