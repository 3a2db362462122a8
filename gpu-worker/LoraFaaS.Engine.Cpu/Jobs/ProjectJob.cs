using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels;
using LoraFaaS.Engine.Cpu.Kernels.Int8;
using LoraFaaS.Engine.Cpu.Kernels.Tiles;
using LoraFaaS.Engine.Cpu.Threads;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Jobs;

/// <summary>
/// The projections of one input, cut by blocks of tokens and runs of panels. A chunk writes its outputs whole: backbone product, bias,
/// and every adapter's B on top, so that an output passes through the cache once. Chunks of q|k|v are whole heads, rotated and stored before
/// the chunk ends.
/// </summary>
internal sealed unsafe class ProjectJob(CpuKernels kernels, Int8Kernels int8, QuantizeJob quantized, int threads) : ParallelJob
{
    /// <summary>Inputs that a chunk walks again for every panel; leaves room beside them for panels in a second-level cache of 1 MB.</summary>
    private const int TokenBlockBytes = 384 << 10;

    /// <summary>Fewer multiply-adds than this are done sooner than another thread is told of them.</summary>
    private const long WorthSharing = 64 << 10;

    /// <summary>A tile of 12 tokens is the widest there is: blocks are whole tiles.</summary>
    private const int TileTokens = 12;

    /// <summary>Enough pieces that one slow thread leaves the others little to wait for.</summary>
    private const int ChunksPerThread = 6;

    /// <summary>Panels of a chunk are a multiple: tiles of a few tokens take so many at once.</summary>
    private const int TilePanels = 4;

    private Projection[] _projections = [];
    private Activations _input;
    private Activations _output;
    private AdapterPass _adapters;
    private int _panels;
    private int _panelsPerChunk;
    private int _panelChunks;
    private int _tokenBlock;
    private int _headPanels;

    /// <summary>Goes on with heads as they are computed; to be prepared before <see cref="PrepareHeads"/>.</summary>
    public HeadWriter Heads { get; } = new(kernels);

    public void Prepare(Projection[] projections, in Activations input, in Activations output, in AdapterPass adapters) =>
        Prepare(projections, input, output, adapters, headPanels: 0);

    /// <summary>Projections are query, key and value, and a head is a whole number of panels.</summary>
    public void PrepareHeads(Projection[] projections, in Activations input, in Activations output, in AdapterPass adapters, int headDim) =>
        Prepare(projections, input, output, adapters, headDim / PanelLayout.PanelRows);

    private void Prepare(Projection[] projections, in Activations input, in Activations output, in AdapterPass adapters, int headPanels)
    {
        _headPanels = headPanels;
        _projections = projections;
        _input = input;
        _output = output;
        _adapters = adapters;
        _panels = 0;
        foreach (var projection in projections)
        {
            _panels += projection.Weight.Panels;
        }

        var columns = projections[0].Weight.Columns;
        _tokenBlock = Math.Max(TileTokens, TokenBlockBytes / (columns * sizeof(float)) / TileTokens * TileTokens);
        var blocks = (input.Rows + _tokenBlock - 1) / _tokenBlock;

        var work = (long)input.Rows * _panels * PanelLayout.PanelRows * columns;
        var wanted = work < WorthSharing ? 1 : Math.Max(1, (threads * ChunksPerThread + blocks - 1) / blocks);
        var unit = UnitPanels(headPanels);
        _panelsPerChunk = ((_panels + wanted - 1) / wanted + unit - 1) / unit * unit;
        if (wanted == 1)
        {
            _panelsPerChunk = _panels;
        }

        _panelChunks = (_panels + _panelsPerChunk - 1) / _panelsPerChunk;
        Chunks = blocks * _panelChunks;
    }

    public override void Run(int chunk, int thread)
    {
        var firstRow = chunk / _panelChunks * _tokenBlock;
        var rows = Math.Min(_tokenBlock, _input.Rows - firstRow);
        var first = chunk % _panelChunks * _panelsPerChunk;
        var end = Math.Min(first + _panelsPerChunk, _panels);

        for (var i = 0; i < _projections.Length && end > 0; i++)
        {
            var panels = _projections[i].Weight.Panels;
            if (first < panels)
            {
                RunPanels(i, first, Math.Min(end, panels), firstRow, rows);
            }

            first = Math.Max(0, first - panels);
            end -= panels;
        }
    }

    private void RunPanels(int index, int panel, int endPanel, int row, int rows)
    {
        var projection = _projections[index];
        var weight = projection.Weight;
        var output = (float*)_output.Address + (long)row * _output.Stride + projection.OutputColumn + panel * PanelLayout.PanelRows;

        if (weight.Dtype is PackedDtype.I8)
        {
            MultiplyLevels(weight, panel, endPanel, row, rows, output);
            Finish(index, panel, endPanel, row, rows, output);
            return;
        }

        kernels.Multiply(weight.Dtype, _input.Type, new TileArguments
        {
            Weights = (byte*)weight.Address + panel * weight.PanelBytes,
            PanelStride = (nint)weight.PanelBytes,
            Panels = endPanel - panel,
            Lines = PanelLayout.LinesFor(weight.Dtype, weight.Columns),
            Input = (float*)_input.Address + (long)row * _input.Stride,
            InputStride = _input.Stride * sizeof(float),
            Tokens = rows,
            Output = output,
            OutputStride = _output.Stride,
        });

        Finish(index, panel, endPanel, row, rows, output);
    }

    /// <summary>Whole tiles and whole heads: the least common multiple.</summary>
    private static int UnitPanels(int headPanels)
    {
        var unit = TilePanels;
        while (headPanels > 0 && unit % headPanels != 0)
        {
            unit += TilePanels;
        }

        return unit;
    }

    private void MultiplyLevels(in PackedMatrix weight, int panel, int endPanel, int row, int rows, float* output)
    {
        var layout = quantized.Layout;
        var input = quantized.Row(row);

        int8.Multiply(new Int8Product
        {
            Weights = (byte*)weight.Address + panel * weight.PanelBytes,
            PanelStride = (nint)weight.PanelBytes,
            Panels = endPanel - panel,
            Groups = layout.Groups,
            GroupLines = GroupLayout.LinesPerGroup(layout.Group),
            Input = input,
            Factors = (GroupFactor*)(input + layout.FactorsAt),
            InputStride = layout.Stride,
            Tokens = rows,
            Output = output,
            OutputStride = _output.Stride,
        });
    }

    /// <summary>What comes on top of the backbone's product while it is still in the cache.</summary>
    private void Finish(int index, int panel, int endPanel, int row, int rows, float* output)
    {
        var projection = _projections[index];
        if (projection.Bias != 0)
        {
            AddBias(projection, panel, endPanel, output, rows);
        }

        for (var group = 0; group < _adapters.GroupCount; group++)
        {
            Expand(_adapters.Plan.Groups[group], index, panel, endPanel, row, rows);
        }

        if (_headPanels > 0)
        {
            FinishHeads(index, panel / _headPanels, endPanel / _headPanels, row, rows);
        }
    }

    private void FinishHeads(int index, int head, int endHead, int row, int rows)
    {
        switch (index)
        {
            case 0:
                Heads.Queries(head, endHead, row, rows);
                break;
            case 1:
                Heads.Keys(head, endHead, row, rows);
                break;
            default:
                Heads.Values(head, endHead, row, rows);
                break;
        }
    }

    private void AddBias(Projection projection, int panel, int endPanel, float* output, int rows)
    {
        var first = panel * PanelLayout.PanelRows;
        var count = Math.Min(endPanel * PanelLayout.PanelRows, projection.Weight.Rows) - first;
        for (var row = 0; row < rows; row++)
        {
            kernels.Add(output + (long)row * _output.Stride, (float*)projection.Bias + first, count);
        }
    }

    /// <summary>Adds an adapter's B × (scaled A × input) to the rows of its group that are in this chunk.</summary>
    private void Expand(in AdapterGroup group, int index, int panel, int endPanel, int row, int rows)
    {
        var first = Math.Max(row, group.Row);
        var end = Math.Min(row + rows, group.Row + group.Rows);
        if (first >= end
            || group.Adapter.At(_adapters.Layer, _adapters.Site) is not { } site
            || Find(site, index) is not { } module)
        {
            return;
        }

        var stack = _adapters.Stack;
        var type = ShrinkJob.StackType(_input.Type, site.Dtype);
        var offset = module.Offset + panel * PanelLayout.PanelBytes(site.Dtype, module.Rank);
        PagedProduct.Run(kernels, group.Adapter, site.Dtype, type, offset, module.Rank, new TileArguments
        {
            Panels = endPanel - panel,
            Input = ShrinkJob.StackAt(stack, first, module.StackRow, type),
            InputStride = stack.Stride * sizeof(float),
            Tokens = end - first,
            Output = (float*)_output.Address + (long)first * _output.Stride + _projections[index].OutputColumn + panel * PanelLayout.PanelRows,
            OutputStride = _output.Stride,
            Accumulate = true,
        });
    }

    private static PackedModule? Find(PackedSite site, int index)
    {
        for (var i = 0; i < site.Modules.Count; i++)
        {
            if (AdapterSites.IndexIn(site.Modules[i].Module) == index)
            {
                return site.Modules[i];
            }
        }

        return null;
    }
}
