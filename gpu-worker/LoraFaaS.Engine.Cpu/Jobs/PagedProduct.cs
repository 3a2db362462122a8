using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels;
using LoraFaaS.Engine.Cpu.Kernels.Tiles;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Jobs;

/// <summary>
/// A panel product whose weights lie in pages. Panels that lie whole in a page go together; one that a page border cuts is multiplied in two
/// parts, the second going on from the first's sums, which gives the same bits as in one piece.
/// </summary>
internal static unsafe class PagedProduct
{
    /// <param name="product">Everything but the weights, panel stride and lines, which the pages decide.</param>
    /// <param name="offset">Of the first panel, in the adapter's content.</param>
    public static void Run(
        CpuKernels kernels, AdapterHandle adapter, PackedDtype dtype, ActivationType input, long offset, int columns, TileArguments product)
    {
        var pages = (byte**)adapter.PageTable;
        var panelBytes = PanelLayout.PanelBytes(dtype, columns);
        var end = product.Panels;

        for (var panel = 0; panel < end;)
        {
            var at = offset + panel * panelBytes;
            var (page, inPage) = Math.DivRem(at, adapter.PageBytes);
            var whole = (int)Math.Min(end - panel, (adapter.PageBytes - inPage) / panelBytes);
            if (whole == 0)
            {
                RunCut(kernels, adapter, dtype, input, at, columns, product.At(panel, 0));
                panel++;
                continue;
            }

            var part = product;
            part.Weights = pages[page] + inPage;
            part.PanelStride = (nint)panelBytes;
            part.Lines = PanelLayout.LinesFor(dtype, columns);
            part.Panels = whole;
            part.Output = product.Output + panel * PanelLayout.PanelRows;
            kernels.Multiply(dtype, input, part);
            panel += whole;
        }
    }

    private static void RunCut(
        CpuKernels kernels, AdapterHandle adapter, PackedDtype dtype, ActivationType input, long at, int columns, TileArguments product)
    {
        var pages = (byte**)adapter.PageTable;
        var left = PanelLayout.LinesFor(dtype, columns);
        var elementBytes = input is ActivationType.BF16 ? sizeof(ushort) : sizeof(float);
        product.Panels = 1;

        while (left > 0)
        {
            var (page, inPage) = Math.DivRem(at, adapter.PageBytes);
            var lines = (int)Math.Min(left, (adapter.PageBytes - inPage) / PanelLayout.LineBytes);
            product.Weights = pages[page] + inPage;
            product.Lines = lines;
            kernels.Multiply(dtype, input, product);

            product.Accumulate = true;
            product.Input = (byte*)product.Input + lines * PanelLayout.ColumnsPerLine(dtype) * elementBytes;
            at += (long)lines * PanelLayout.LineBytes;
            left -= lines;
        }
    }
}
