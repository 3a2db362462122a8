namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>Covers a product with 256-bit tiles: 1 panel × 4 tokens fills 13 of 16 registers; one or two tokens take 2 panels, two streams at once.</summary>
internal static class Avx2Tiling
{
    private const int NarrowTo = 2;

    public static void Run<TLine>(in TileArguments product)
        where TLine : struct, IWeightLine
    {
        var panel = 0;
        for (; product.Tokens <= NarrowTo && panel <= product.Panels - 2; panel += 2)
        {
            Tiles<TLine, TwoPanels<OnePanel<Rows256>>>.Cover(product, panel, [2, 1]);
        }

        for (; panel < product.Panels; panel++)
        {
            Tiles<TLine, OnePanel<Rows256>>.Cover(product, panel, [4, 2, 1]);
        }
    }
}
