using System.Diagnostics;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>The tiles over <typeparamref name="TPanels"/>, by their number of tokens: 1 to 6, 8 and 12.</summary>
internal static class Tiles<TLine, TPanels>
    where TLine : struct, IWeightLine
    where TPanels : struct, IPanels<TPanels>
{
    /// <summary>All tokens of some panels: the widest tile as often as it goes, then the next.</summary>
    public static void Cover(in TileArguments product, int panel, ReadOnlySpan<int> widths)
    {
        var token = 0;
        foreach (var width in widths)
        {
            for (; token <= product.Tokens - width; token += width)
            {
                Run(width, product.At(panel, token));
            }
        }
    }

    /// <summary>The product of the first <paramref name="tokens"/> tokens and as many panels as the type says.</summary>
    public static void Run(int tokens, in TileArguments tile) =>
        Run<OneToken<TPanels>, MoreTokens<TPanels, OneToken<TPanels>, OneToken<TPanels>>>(tokens, tile);

    private static void Run<T1, T2>(int tokens, in TileArguments tile)
        where T1 : struct, ITokens<TPanels>
        where T2 : struct, ITokens<TPanels>
    {
        switch (tokens)
        {
            case 1:
                Tile<TLine, TPanels, T1>.Run(tile);
                break;
            case 2:
                Tile<TLine, TPanels, T2>.Run(tile);
                break;
            case 3:
                Tile<TLine, TPanels, MoreTokens<TPanels, T2, T1>>.Run(tile);
                break;
            case 4:
                Tile<TLine, TPanels, MoreTokens<TPanels, T2, T2>>.Run(tile);
                break;
            case 5:
                Tile<TLine, TPanels, MoreTokens<TPanels, MoreTokens<TPanels, T2, T2>, T1>>.Run(tile);
                break;
            case 6:
                Tile<TLine, TPanels, MoreTokens<TPanels, MoreTokens<TPanels, T2, T2>, T2>>.Run(tile);
                break;
            case 8:
                Tile<TLine, TPanels, MoreTokens<TPanels, MoreTokens<TPanels, T2, T2>, MoreTokens<TPanels, T2, T2>>>.Run(tile);
                break;
            case 12:
                Tile<TLine, TPanels, MoreTokens<TPanels, MoreTokens<TPanels, MoreTokens<TPanels, T2, T2>, MoreTokens<TPanels, T2, T2>>, MoreTokens<TPanels, T2, T2>>>.Run(tile);
                break;
            default:
                throw new UnreachableException();
        }
    }
}
