namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>
/// Covers a product with 512-bit tiles. From 8 tokens on, 2 panels × 12 tokens: 24 accumulators, and per line 4 widening instructions for 48 fused
/// multiply-adds. Below that, 4 panels: each panel is a stream of its own, and several streams hide more memory latency than one.
/// </summary>
internal static class Avx512Tiling
{
    private const int WideFrom = 8;

    /// <summary>Seven tokens by four panels would be 28 accumulators, which leave no register for the weights: they go as four and three.</summary>
    private const int MostOfFour = 6;

    public static void Run<TLine>(in TileArguments product)
        where TLine : struct, IWeightLine
    {
        var panel = 0;
        for (; product.Tokens < WideFrom && panel <= product.Panels - 4; panel += 4)
        {
            Fours<TLine>(product, panel);
        }

        for (; panel <= product.Panels - 2; panel += 2)
        {
            Tiles<TLine, TwoPanels<OnePanel<Rows512>>>.Cover(product, panel, [12, 8, 4, 2, 1]);
        }

        if (panel < product.Panels)
        {
            Tiles<TLine, OnePanel<Rows512>>.Cover(product, panel, [8, 4, 2, 1]);
        }
    }

    private static void Fours<TLine>(in TileArguments product, int panel)
        where TLine : struct, IWeightLine
    {
        var first = product.Tokens <= MostOfFour ? product.Tokens : 4;
        Tiles<TLine, TwoPanels<TwoPanels<OnePanel<Rows512>>>>.Run(first, product.At(panel, 0));
        if (first < product.Tokens)
        {
            Tiles<TLine, TwoPanels<TwoPanels<OnePanel<Rows512>>>>.Run(product.Tokens - first, product.At(panel, first));
        }
    }
}
