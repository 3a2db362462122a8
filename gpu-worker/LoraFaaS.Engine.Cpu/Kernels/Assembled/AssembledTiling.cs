using LoraFaaS.Engine.Cpu.Assembling;
using LoraFaaS.Engine.Cpu.Kernels.Tiles;

namespace LoraFaaS.Engine.Cpu.Kernels.Assembled;

/// <summary>
/// Covers a product with assembled tiles of one arithmetic. A few tokens: all of them in one pass, over as many panels as the registers
/// leave, since what counts is that weights stream. Many: tile by tile over two panels that stay in the second-level cache.
/// </summary>
internal sealed unsafe class AssembledTiling
{
    /// <summary>Most tokens of a tile.</summary>
    private const int MaxTokens = 14;

    /// <summary>Tokens and panels of a tile where there are many tokens: 24 accumulators.</summary>
    private const int ManyTokens = 12;
    private const int ManyPanels = 2;

    /// <summary>Panels of a tile are a power of two, 8 at most.</summary>
    private const int Widths = 4;

    private readonly nint[] _entries = new nint[(MaxTokens + 1) * Widths];

    public AssembledTiling(KernelCode code, TileArithmetic arithmetic)
    {
        foreach (var form in Forms(arithmetic))
        {
            _entries[form.Tokens * Widths + int.Log2(form.Panels)] = code[form];
        }
    }

    /// <summary>The tiles that covering needs.</summary>
    public static IEnumerable<PanelTile> Forms(TileArithmetic arithmetic)
    {
        for (var tokens = 1; tokens <= MaxTokens; tokens++)
        {
            for (var width = 0; width <= WidthFor(tokens); width++)
            {
                yield return new PanelTile(arithmetic, 1 << width, tokens);
            }
        }
    }

    public void Run(in TileArguments product)
    {
        if (product.Tokens <= MaxTokens)
        {
            RunFew(product);
        }
        else
        {
            RunMany(product);
        }
    }

    /// <summary>The widest tile for so many tokens, as a power of two.</summary>
    private static int WidthFor(int tokens) => tokens switch
    {
        1 or 2 => 3,
        <= 6 => 2,
        _ => 1,
    };

    private void RunFew(in TileArguments product)
    {
        var panel = 0;
        for (var width = WidthFor(product.Tokens); panel < product.Panels; width--)
        {
            var whole = (product.Panels - panel) >> width << width;
            if (whole > 0)
            {
                var part = product.At(panel, 0);
                part.Panels = whole;
                Call(part, width);
                panel += whole;
            }
        }
    }

    private void RunMany(in TileArguments product)
    {
        for (var panel = 0; panel < product.Panels; panel += ManyPanels)
        {
            var tile = product.At(panel, 0);
            tile.Panels = Math.Min(ManyPanels, product.Panels - panel);
            for (var left = product.Tokens; left > 0; left -= tile.Tokens)
            {
                // The tiles share what is left evenly: 15 tokens go as 8 and 7.
                var tiles = (left + ManyTokens - 1) / ManyTokens;
                tile.Tokens = (left + tiles - 1) / tiles;
                Call(tile, tile.Panels - 1);
                tile = tile.At(0, tile.Tokens);
            }
        }
    }

    /// <summary>A tile's time is bounded (a few ten thousand cycles), so the collector can wait for it: no transition.</summary>
    private void Call(TileArguments tile, int width) =>
        ((delegate* unmanaged[SuppressGCTransition]<TileArguments*, void>)_entries[tile.Tokens * Widths + width])(&tile);
}
