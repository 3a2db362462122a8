using LoraFaaS.Engine.Cpu.Assembling;

namespace LoraFaaS.Engine.Cpu.Kernels.Int8;

/// <summary>vpdpbusd in assembled tiles: 64 multiply-adds of bytes an instruction.</summary>
internal sealed unsafe class VnniInt8Kernels : Avx512Int8Kernels
{
    /// <summary>Widest tile: beyond it accumulators do not fit into registers.</summary>
    private const int MaxTokens = 12;

    private static readonly Lazy<KernelCode> Assembled = new(() => KernelCode.Assemble([.. Forms()]));

    /// <summary>By tokens, then by the power of two of panels.</summary>
    private readonly nint[] _entries = new nint[(MaxTokens + 1) * 4];

    public VnniInt8Kernels()
    {
        foreach (var form in Forms())
        {
            _entries[form.Tokens * 4 + int.Log2(form.Panels)] = Assembled.Value[form];
        }
    }

    public override string Name => "avx512-vnni";

    public override void Multiply(in Int8Product product)
    {
        var tile = product;
        for (var left = product.Tokens; left > 0; left -= tile.Tokens)
        {
            // The tiles share what is left evenly: 15 tokens go as 8 and 7.
            var tiles = (left + MaxTokens - 1) / MaxTokens;
            tile.Tokens = (left + tiles - 1) / tiles;
            RunPanels(tile);
            tile = tile.At(0, tile.Tokens);
        }
    }

    private void RunPanels(in Int8Product product)
    {
        var panel = 0;
        for (var width = WidthFor(product.Tokens); panel < product.Panels; width--)
        {
            for (; panel <= product.Panels - (1 << width); panel += 1 << width)
            {
                Call(product.At(panel, 0), width);
            }
        }
    }

    /// <summary>A tile's time is bounded (a few ten thousand cycles), so the collector can wait for it: no transition.</summary>
    private void Call(Int8Product tile, int width) =>
        ((delegate* unmanaged[SuppressGCTransition]<Int8Product*, void>)_entries[tile.Tokens * 4 + width])(&tile);

    private static IEnumerable<VnniTile> Forms()
    {
        for (var tokens = 1; tokens <= MaxTokens; tokens++)
        {
            for (var width = 0; width <= WidthFor(tokens); width++)
            {
                yield return new VnniTile(1 << width, tokens);
            }
        }
    }

    /// <summary>
    /// Panels at once, as a power of two: few tokens need several sums under way to hide the instruction's latency, and many streams of weights
    /// to hide the memory's; from seven tokens on one panel fills the registers.
    /// </summary>
    private static int WidthFor(int tokens) => tokens switch
    {
        <= 3 => 2,
        <= 6 => 1,
        _ => 0,
    };
}
