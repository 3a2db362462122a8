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
/// A piece is one key head and up to 12 of the queries that read it, over tokens and grouped heads alike; a chunk is some pieces.
/// </summary>
internal sealed unsafe class AttendJob : ParallelJob, IDisposable
{
    private const int TileQueries = 12;

    /// <summary>Blocks whose scores are computed before the first's softmax: their products do not wait for one another.</summary>
    private const int BlocksAhead = 4;

    /// <summary>Enough chunks that one slow thread leaves the others little to wait for.</summary>
    private const int ChunksPerThread = 16;
    private const int Block = KvLayout.BlockTokens;

    private readonly CpuKernels _kernels;
    private readonly DeviceMemory[] _scratch;
    private readonly AttentionShape _shape;
    private readonly int _paddedHeadDim;
    private readonly ActivationType _type;
    private readonly int _wantedChunks;
    private int _count;
    private int _piecesPerChunk;
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

        // Queries and outputs [12, head], scores [4, 12, 16], weights [12, 16], maxima, sums and what each sees [12].
        var bytes = TileQueries * (2 * _paddedHeadDim + (BlocksAhead + 1) * Block + 3) * sizeof(float);
        _wantedChunks = threads * ChunksPerThread;
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
        _count = 0;
        for (var slice = 0; slice < plan.SliceCount; slice++)
        {
            Cut(slice, plan.Slices[slice].Rows * _shape.Group);
        }

        _piecesPerChunk = Math.Max(1, _count / _wantedChunks);
        Chunks = (_count + _piecesPerChunk - 1) / _piecesPerChunk;
    }

    public override void Run(int chunk, int thread)
    {
        var end = Math.Min((chunk + 1) * _piecesPerChunk, _count);
        for (var piece = chunk * _piecesPerChunk; piece < end; piece++)
        {
            RunPiece(_pieces[piece], new Scratch((float*)_scratch[thread].Address, _paddedHeadDim));
        }
    }

    public void Dispose()
    {
        foreach (var scratch in _scratch)
        {
            scratch.Dispose();
        }
    }

    private void RunPiece(in Piece piece, in Scratch scratch)
    {
        var start = _plan!.Slices[piece.Slice].Start;
        for (var i = 0; i < piece.Count; i++)
        {
            TakeQuery(QueryAt(piece, i), scratch.Queries + i * _paddedHeadDim);
            scratch.Maxima[i] = float.NegativeInfinity;
            scratch.Totals[i] = 0;
            scratch.Visible[i] = start + (piece.First + i) / _shape.Group + 1;
        }

        new Span<float>(scratch.Sums, piece.Count * _paddedHeadDim).Clear();
        RunBlocks(piece, scratch);

        for (var i = 0; i < piece.Count; i++)
        {
            _kernels.Divide(scratch.Sums + i * _paddedHeadDim, scratch.Totals[i], _shape.HeadDim);
            GiveOutput(scratch.Sums + i * _paddedHeadDim, piece, i);
        }
    }

    private void RunBlocks(in Piece piece, in Scratch scratch)
    {
        var layout = _shape.Layout;
        ref readonly var slice = ref _plan!.Slices[piece.Slice];
        var lastPosition = slice.Start + (piece.First + piece.Count - 1) / _shape.Group;
        var scale = 1f / MathF.Sqrt(_shape.HeadDim);

        var keys = new TileArguments
        {
            Panels = 1,
            Lines = PanelLayout.LinesFor(layout.Dtype, layout.HeadDim),
            Input = scratch.Queries,
            InputStride = _paddedHeadDim * sizeof(float),
            Tokens = piece.Count,
            Output = scratch.Scores,
            OutputStride = Block,
        };
        var values = new TileArguments
        {
            PanelStride = (nint)PanelLayout.PanelBytes(layout.Dtype, Block),
            Panels = _paddedHeadDim / PanelLayout.PanelRows,
            Input = scratch.Weights,
            InputStride = Block * (_type is ActivationType.BF16 ? sizeof(ushort) : sizeof(float)),
            Tokens = piece.Count,
            Output = scratch.Sums,
            OutputStride = _paddedHeadDim,
            Accumulate = true,
        };

        var blocks = lastPosition / Block + 1;
        for (var first = 0; first < blocks; first += BlocksAhead)
        {
            var end = Math.Min(first + BlocksAhead, blocks);
            for (var block = first; block < end; block++)
            {
                keys.Weights = KvChunks.At(layout, slice.Kv.PageTable, block, _layer, false, piece.Head);
                keys.Output = scratch.ScoresOf(block - first);
                _kernels.Multiply(layout.Dtype, _type, keys);
            }

            for (var block = first; block < end; block++)
            {
                var scores = scratch.ScoresOf(block - first);
                _kernels.SoftmaxBlocks(
                    scores, piece.Count, scratch.Visible, block * Block, scale, scratch.Maxima, scratch.Totals, scratch.Sums, _paddedHeadDim);
                if (_type is ActivationType.BF16)
                {
                    _kernels.Pack(scores, piece.Count * Block, (ushort*)scratch.Weights);
                }

                // Tokens beyond the last query's own were never written by it: not even a weight of 0 may touch them.
                values.Lines = PanelLayout.LinesFor(layout.Dtype, Math.Min(Block, lastPosition + 1 - block * Block));
                values.Weights = KvChunks.At(layout, slice.Kv.PageTable, block, _layer, true, piece.Head);
                values.Input = _type is ActivationType.BF16 ? scratch.Weights : scores;
                _kernels.Multiply(layout.Dtype, _type, values);
            }
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
                if (_count == _pieces.Length)
                {
                    Array.Resize(ref _pieces, 2 * _pieces.Length);
                }

                _pieces[_count++] = new Piece(slice, head, first, Math.Min(TileQueries, queries - first));
            }
        }
    }

    /// <summary>Queries are counted token by token, and within a token over the heads of a group.</summary>
    private readonly record struct Piece(int Slice, int Head, int First, int Count);

    /// <summary>A thread's own memory.</summary>
    private readonly struct Scratch(float* memory, int paddedHeadDim)
    {
        public readonly float* Queries = memory;
        public readonly float* Sums = memory + TileQueries * paddedHeadDim;
        public readonly float* Weights = memory + 2 * TileQueries * paddedHeadDim;
        public readonly float* Maxima = memory + TileQueries * (2 * paddedHeadDim + (BlocksAhead + 1) * Block);
        public readonly float* Totals = memory + TileQueries * (2 * paddedHeadDim + (BlocksAhead + 1) * Block + 1);
        public readonly int* Visible = (int*)(memory + TileQueries * (2 * paddedHeadDim + (BlocksAhead + 1) * Block + 2));

        public float* ScoresOf(int block) => Weights + (1 + block) * TileQueries * Block;

        public float* Scores => ScoresOf(0);
    }
}
