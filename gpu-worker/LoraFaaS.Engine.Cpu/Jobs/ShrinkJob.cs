using System.Runtime.CompilerServices;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels;
using LoraFaaS.Engine.Cpu.Kernels.Tiles;
using LoraFaaS.Engine.Cpu.Threads;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Jobs;

/// <summary>
/// The low-rank inputs of a site: for each group of rows its own adapter's stacked A, then each module's scale. Ranks are as they are,
/// rounded up to one panel a site: nothing is padded to the largest of the batch.
/// </summary>
internal sealed unsafe class ShrinkJob(CpuKernels kernels) : ParallelJob
{
    private const int RowsPerChunk = 48;

    private Piece[] _pieces = new Piece[64];
    private Activations _input;
    private AdapterPass _adapters;

    public void Prepare(in Activations input, in AdapterPass adapters)
    {
        _input = input;
        _adapters = adapters;
        Chunks = 0;
        for (var index = 0; index < adapters.GroupCount; index++)
        {
            ref readonly var group = ref adapters.Plan.Groups[index];
            if (group.Adapter.At(adapters.Layer, adapters.Site) is { } site)
            {
                Cut(index, group, PanelLayout.PanelsFor(site.StackRows));
            }
        }
    }

    public override void Run(int chunk, int thread)
    {
        var piece = _pieces[chunk];
        var adapter = _adapters.Plan.Groups[piece.Group].Adapter;
        var site = adapter.At(_adapters.Layer, _adapters.Site)!;
        var stack = _adapters.Stack;
        var output = (float*)stack.Address + (long)piece.Row * stack.Stride + piece.Panel * PanelLayout.PanelRows;

        PagedProduct.Run(
            kernels, adapter, site.Dtype, site.StackOffset + piece.Panel * PanelLayout.PanelBytes(site.Dtype, site.InputColumns), site.InputColumns,
            new TileArguments
            {
                Panels = 1,
                Input = (float*)_input.Address + (long)piece.Row * _input.Stride,
                InputStride = _input.Stride * sizeof(float),
                Tokens = piece.Rows,
                Output = output,
                OutputStride = stack.Stride,
            });

        ScaleRows(site, piece, output, stack.Stride);
    }

    [SkipLocalsInit]
    private void ScaleRows(Adapters.PackedSite site, in Piece piece, float* output, int stride)
    {
        var scales = stackalloc float[PanelLayout.PanelRows];
        new Span<float>(scales, PanelLayout.PanelRows).Clear();
        for (var i = 0; i < site.Modules.Count; i++)
        {
            var module = site.Modules[i];
            for (var rank = 0; rank < module.Rank; rank++)
            {
                var row = module.StackRow + rank - piece.Panel * PanelLayout.PanelRows;
                if (row is >= 0 and < PanelLayout.PanelRows)
                {
                    scales[row] = module.Scale;
                }
            }
        }

        for (var row = 0; row < piece.Rows; row++)
        {
            kernels.Scale(output + (long)row * stride, scales, PanelLayout.PanelRows);
        }
    }

    private void Cut(int index, in AdapterGroup group, int panels)
    {
        for (var row = 0; row < group.Rows; row += RowsPerChunk)
        {
            for (var panel = 0; panel < panels; panel++)
            {
                if (Chunks == _pieces.Length)
                {
                    Array.Resize(ref _pieces, 2 * _pieces.Length);
                }

                _pieces[Chunks++] = new Piece(index, panel, group.Row + row, Math.Min(RowsPerChunk, group.Rows - row));
            }
        }
    }

    private readonly record struct Piece(int Group, int Panel, int Row, int Rows);
}
