using System.Runtime.CompilerServices;
using LoraFaaS.Engine.Adapters;
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

    [SkipLocalsInit]
    public override void Run(int chunk, int thread)
    {
        var piece = _pieces[chunk];
        var adapter = _adapters.Plan.Groups[piece.Group].Adapter;
        var site = adapter.At(_adapters.Layer, _adapters.Site)!;
        var stack = _adapters.Stack;
        var sums = stackalloc float[RowsPerChunk * PanelLayout.PanelRows];

        PagedProduct.Run(
            kernels, adapter, site.Dtype, _input.Type, site.StackOffset + piece.Panel * PanelLayout.PanelBytes(site.Dtype, site.InputColumns), site.InputColumns,
            new TileArguments
            {
                Panels = 1,
                Input = (float*)_input.Address + (long)piece.Row * _input.Stride,
                InputStride = _input.Stride * sizeof(float),
                Tokens = piece.Rows,
                Output = sums,
                OutputStride = PanelLayout.PanelRows,
            });

        ScaleRows(site, piece, sums);
        var type = StackType(_input.Type, site.Dtype);
        for (var row = 0; row < piece.Rows; row++)
        {
            var from = sums + row * PanelLayout.PanelRows;
            var to = StackAt(stack, piece.Row + row, piece.Panel * PanelLayout.PanelRows, type);
            if (type is ActivationType.BF16)
            {
                kernels.Pack(from, PanelLayout.PanelRows, (ushort*)to);
            }
            else
            {
                new Span<float>(from, PanelLayout.PanelRows).CopyTo(new Span<float>(to, PanelLayout.PanelRows));
            }
        }
    }

    /// <summary>B's input is what A's was, unless B is kept in float32.</summary>
    public static ActivationType StackType(ActivationType input, PackedDtype adapter) =>
        input is ActivationType.BF16 && adapter is PackedDtype.BF16 ? ActivationType.BF16 : ActivationType.F32;

    public static void* StackAt(in Activations stack, int row, int column, ActivationType type)
    {
        var start = (float*)stack.Address + (long)row * stack.Stride;
        return type is ActivationType.BF16 ? (ushort*)start + column : start + column;
    }

    [SkipLocalsInit]
    private void ScaleRows(PackedSite site, in Piece piece, float* sums)
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
            kernels.Scale(sums + row * PanelLayout.PanelRows, scales, PanelLayout.PanelRows);
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
