using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels;
using LoraFaaS.Engine.Cpu.Kernels.Tiles;
using LoraFaaS.Engine.Cpu.Threads;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Jobs;

/// <summary>
/// Causal attention over pages in blocks of 16 tokens from the sequence's first, with a running maximum and sum (online softmax, as in
/// FlashAttention). A query's result depends on its own position and cache alone: blocks after it weigh exactly nothing.
/// A chunk is one key head and up to 8 of the queries that read it, over tokens and grouped heads alike.
/// </summary>
internal sealed unsafe class AttendJob : ParallelJob, IDisposable
{
    private const int TileQueries = 8;
    private const int Block = KvLayout.BlockTokens;

    private readonly CpuKernels _kernels;
    private readonly DeviceMemory[] _scratch;
    private readonly AttentionShape _shape;
    private readonly int _paddedHeadDim;
    private readonly ActivationType _type;
    private Piece[] _pieces = new Piece[64];
    private StepPlan? _plan;
    private int _layer;
    private Activations _qkv;
    private Activations _output;

    public AttendJob(CpuKernels kernels, AttentionShape shape, int threads)
    {
        _kernels = kernels;
        _shape = shape;
        _paddedHeadDim = shape.Layout.PaddedHeadDim;

        // Queries and outputs [8, head], scores and weights [8, 16], maxima and sums [8].
        var bytes = TileQueries * (2 * _paddedHeadDim + 2 * Block + 2) * sizeof(float);
        _type = kernels.InputFor(shape.Layout.Dtype);
        _scratch = [.. Enumerable.Range(0, threads).Select(_ => new Memory.HostMemory(bytes))];
    }

    public AttentionShape Shape => _shape;

    public void Prepare(StepPlan plan, int layer, in Activations qkv, in Activations output)
    {
        _plan = plan;
        _layer = layer;
        _qkv = qkv;
        _output = output;
        Chunks = 0;
        for (var slice = 0; slice < plan.SliceCount; slice++)
        {
            Cut(slice, plan.Slices[slice].Rows * _shape.Group);
        }
    }

    public override void Run(int chunk, int thread)
    {
        var piece = _pieces[chunk];
        var queries = (float*)_scratch[thread].Address;
        var sums = queries + TileQueries * _paddedHeadDim;
        var scores = sums + TileQueries * _paddedHeadDim;
        var maxima = scores + 2 * TileQueries * Block;
        var totals = maxima + TileQueries;

        for (var i = 0; i < piece.Count; i++)
        {
            TakeQuery(QueryAt(piece, i), queries + i * _paddedHeadDim);
            maxima[i] = float.NegativeInfinity;
            totals[i] = 0;
        }

        new Span<float>(sums, piece.Count * _paddedHeadDim).Clear();
        RunBlocks(piece, queries, sums, scores, maxima, totals);

        for (var i = 0; i < piece.Count; i++)
        {
            _kernels.Divide(sums + i * _paddedHeadDim, totals[i], _shape.HeadDim);
            GiveOutput(sums + i * _paddedHeadDim, piece, i);
        }
    }

    public void Dispose()
    {
        foreach (var scratch in _scratch)
        {
            scratch.Dispose();
        }
    }

    private void RunBlocks(in Piece piece, float* queries, float* sums, float* scores, float* maxima, float* totals)
    {
        var layout = _shape.Layout;
        ref readonly var slice = ref _plan!.Slices[piece.Slice];
        var lastPosition = slice.Start + (piece.First + piece.Count - 1) / _shape.Group;
        var scale = 1f / MathF.Sqrt(_shape.HeadDim);

        var keys = new TileArguments
        {
            Panels = 1,
            Lines = PanelLayout.LinesFor(layout.Dtype, layout.HeadDim),
            Input = queries,
            InputStride = _paddedHeadDim * sizeof(float),
            Tokens = piece.Count,
            Output = scores,
            OutputStride = Block,
        };
        var values = new TileArguments
        {
            PanelStride = (nint)PanelLayout.PanelBytes(layout.Dtype, Block),
            Panels = _paddedHeadDim / PanelLayout.PanelRows,
            Input = _type is ActivationType.BF16 ? scores + TileQueries * Block : scores,
            InputStride = Block * (_type is ActivationType.BF16 ? sizeof(ushort) : sizeof(float)),
            Tokens = piece.Count,
            Output = sums,
            OutputStride = _paddedHeadDim,
            Accumulate = true,
        };

        for (var block = 0; block <= lastPosition / Block; block++)
        {
            keys.Weights = KvChunks.At(layout, slice.Kv.PageTable, block, _layer, false, piece.Head);
            _kernels.Multiply(layout.Dtype, _type, keys);

            for (var i = 0; i < piece.Count; i++)
            {
                var visible = slice.Start + (piece.First + i) / _shape.Group + 1 - block * Block;
                _kernels.SoftmaxBlock(scores + i * Block, visible, scale, ref maxima[i], ref totals[i], sums + i * _paddedHeadDim, _paddedHeadDim);
            }

            if (_type is ActivationType.BF16)
            {
                _kernels.Pack(scores, piece.Count * Block, (ushort*)(scores + TileQueries * Block));
            }

            // Tokens beyond the last query's own were never written by it: not even a weight of 0 may touch them.
            values.Lines = PanelLayout.LinesFor(layout.Dtype, Math.Min(Block, lastPosition + 1 - block * Block));
            values.Weights = KvChunks.At(layout, slice.Kv.PageTable, block, _layer, true, piece.Head);
            _kernels.Multiply(layout.Dtype, _type, values);
        }
    }

    private float* QueryAt(in Piece piece, int i) => Row(_qkv, piece, i, out var head) + head * _shape.HeadDim;

    private void TakeQuery(float* query, float* target)
    {
        if (_type is ActivationType.BF16)
        {
            _kernels.Pack(query, _shape.HeadDim, (ushort*)target);
        }
        else
        {
            new Span<float>(query, _shape.HeadDim).CopyTo(new Span<float>(target, _shape.HeadDim));
        }
    }

    private void GiveOutput(float* sums, in Piece piece, int i)
    {
        var row = Row(_output, piece, i, out var head);
        if (_output.Type is ActivationType.BF16)
        {
            _kernels.Pack(sums, _shape.HeadDim, (ushort*)row + head * _shape.HeadDim);
        }
        else
        {
            new Span<float>(sums, _shape.HeadDim).CopyTo(new Span<float>(row + head * _shape.HeadDim, _shape.HeadDim));
        }
    }

    private float* Row(in Activations activations, in Piece piece, int i, out int head)
    {
        var (token, member) = Math.DivRem(piece.First + i, _shape.Group);
        head = piece.Head * _shape.Group + member;
        return (float*)activations.Address + (long)(_plan!.Slices[piece.Slice].Row + token) * activations.Stride;
    }

    private void Cut(int slice, int queries)
    {
        // The longest pieces first: the last tokens of a prompt see the most blocks, and a long piece begun last leaves others waiting.
        for (var first = (queries - 1) / TileQueries * TileQueries; first >= 0; first -= TileQueries)
        {
            for (var head = 0; head < _shape.KvHeads; head++)
            {
                if (Chunks == _pieces.Length)
                {
                    Array.Resize(ref _pieces, 2 * _pieces.Length);
                }

                _pieces[Chunks++] = new Piece(slice, head, first, Math.Min(TileQueries, queries - first));
            }
        }
    }

    /// <summary>Queries are counted token by token, and within a token over the heads of a group.</summary>
    private readonly record struct Piece(int Slice, int Head, int First, int Count);
}
