using System.Runtime.CompilerServices;

namespace LoraFaaS.Engine.Cpu.Kernels.Tiles;

/// <summary>
/// The product of some panels and some tokens, with every accumulator in a register from the first line to the last. The shape is a type: the JIT
/// inlines it whole and turns its fields into registers, which it would not do for an array or a loop (decisions/0003).
/// </summary>
internal static unsafe class Tile<TLine, TPanels, TTokens>
    where TLine : struct, IWeightLine
    where TPanels : struct, IPanels<TPanels>
    where TTokens : struct, ITokens<TPanels>
{
    /// <summary>From so many tokens on a tile's own work fills the window in which the core would find the next lines by itself, so it asks for them.</summary>
    private const int PrefetchFrom = 8;
    private const int PrefetchBytes = 1024;

    /// <summary>The arguments' panels and tokens are not looked at.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in TileArguments tile)
    {
        var weights = tile.Weights;
        var panelStride = tile.PanelStride;
        var input = (byte*)tile.Input;
        var inputStride = tile.InputStride;
        var sums = default(TTokens);
        if (tile.Accumulate)
        {
            sums.Load(tile.Output, tile.OutputStride);
        }

        for (var line = tile.Lines; line > 0; line--)
        {
            if (TTokens.Count >= PrefetchFrom)
            {
                TPanels.Prefetch(weights + PrefetchBytes, panelStride);
            }

            TLine.Add<TPanels, TTokens>(ref sums, weights, panelStride, input, inputStride);
            weights += TileArguments.LineBytes;
            input += TLine.InputBytes;
        }

        sums.Store(tile.Output, tile.OutputStride);
    }
}
