using System.Buffers;
using System.Runtime.InteropServices;
using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Checkpoints.Safetensors;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Adapters;

/// <summary>
/// One adapter on its way into its image, which is made of pieces: the head, then a piece a site. As many threads as like to lay it beside each other (<see cref="Run"/>), each of which takes the next piece
/// whenever it has time, so that one that is held up has one piece and not a share of them. A site whose every tensor is bf16 stays bf16; any other becomes float32, which holds f16 and f32 exactly.
/// Scales stay numbers beside the weights, since folding them in would round.
/// </summary>
public sealed class AdapterPacking
{
    /// <summary>Read at once: a piece and the site it is laid into are then in the second-level cache together, for ranks as they are usual.</summary>
    private const int PieceBytes = 256 << 10;

    private readonly Lock _gate = new();
    private readonly AdapterPackPlan _plan;
    private readonly TensorStore _tensors;
    private readonly Dictionary<(int, AdapterModule), AdapterModuleWeights> _stored;
    private readonly List<int> _taken = [];
    private readonly TaskCompletionSource _whole = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;

    /// <param name="weights">A validated adapter's.</param>
    /// <param name="tensors">Where they are read from, by several threads at once.</param>
    /// <param name="backbone">It is packed for.</param>
    public AdapterPacking(AdapterWeights weights, TensorStore tensors, ModelConfig backbone)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(backbone);
        _plan = AdapterPackPlan.For(weights, backbone);
        _tensors = tensors;
        _stored = weights.Modules.ToDictionary(module => (module.Layer, module.Module));
    }

    /// <summary>Of the whole image.</summary>
    public long Bytes => _plan.Header.TotalBytes;

    /// <summary>Completes when the last piece has been given out; nothing is read or written after that, whoever still comes. Not when one failed: that one's thread has what it failed with.</summary>
    public Task Whole => _whole.Task;

    /// <summary>Gives out pieces until none is left that nobody else has taken. Pieces are taken in the image's order.</summary>
    /// <param name="write">Takes them.</param>
    /// <param name="cancellationToken">Ends it between two.</param>
    /// <param name="reached">Whoever reads the image before it is whole is told how far it is there. Called by several threads: what is said later may be less than what was said before.</param>
    public void Run(ImageWrite write, CancellationToken cancellationToken, ImageReached? reached = null)
    {
        ArgumentNullException.ThrowIfNull(write);

        while (Take() is { } piece)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Give(piece, write);
            var (there, isWhole) = End(piece);
            reached?.Invoke(there);

            if (isWhole)
            {
                _whole.TrySetResult();
            }
        }
    }

    /// <summary>The head, and a piece a site.</summary>
    private int Pieces => 1 + _plan.Manifest.Sites.Count;

    private int? Take()
    {
        lock (_gate)
        {
            if (_next == Pieces)
            {
                return null;
            }

            _taken.Add(_next);
            return _next++;
        }
    }

    /// <summary>What is there from the beginning on: all before the first piece that somebody still has, or that nobody has taken yet.</summary>
    private (long There, bool IsWhole) End(int piece)
    {
        lock (_gate)
        {
            _taken.Remove(piece);
            var first = _taken.Count > 0 ? _taken.Min() : _next;
            return (Offset(first), first == Pieces);
        }
    }

    /// <summary>Where a piece begins in the image; behind the last one, where the image ends.</summary>
    private long Offset(int piece) => piece == 0 ? 0 : _plan.Header.ContentOffset + _plan.SiteOffset(piece - 1);

    private void Give(int piece, ImageWrite write)
    {
        if (piece == 0)
        {
            GiveHead(write);
            return;
        }

        var bytes = checked((int)(Offset(piece + 1) - Offset(piece)));
        var content = ArrayPool<byte>.Shared.Rent(bytes);

        try
        {
            LaySite(content.AsSpan(0, bytes), _plan.Manifest.Sites[piece - 1]);
            write(content.AsSpan(0, bytes), Offset(piece));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
        }
    }

    private void GiveHead(ImageWrite write)
    {
        var head = new byte[_plan.Header.ContentOffset];
        MemoryMarshal.Write(head, _plan.Header);
        _plan.ManifestJson.CopyTo(head, _plan.Header.ManifestOffset);
        write(head, 0);
    }

    /// <summary>All of a site's matrices, and zeros where a panel has no row.</summary>
    private void LaySite(Span<byte> content, PackedSite site)
    {
        content.Clear();

        foreach (var module in site.Modules)
        {
            var source = _stored[(site.Layer, module.Module)];
            LayMatrix(content, module.StackRow, source.A, module.Rank, site.InputColumns, site.Dtype);
            LayMatrix(content[checked((int)(module.Offset - site.StackOffset))..], 0, source.B, module.OutputRows, module.Rank, site.Dtype);
        }
    }

    /// <summary>
    /// A matrix's rows, into a packed matrix from one of its rows on: a stacked A begins where the module before it ends. Read in large pieces: a panel of a
    /// B matrix is half a kilobyte, and a call into the kernel for each costs as much as all the rest.
    /// </summary>
    private void LayMatrix(Span<byte> matrix, int firstRow, TensorInfo source, int rows, int columns, PackedDtype dtype)
    {
        var rowBytes = columns * source.Type.ElementBytes;
        var rowsEach = Math.Clamp(PieceBytes / rowBytes, 1, rows);
        var piece = ArrayPool<byte>.Shared.Rent(rowsEach * rowBytes);

        try
        {
            for (var row = 0; row < rows; row += rowsEach)
            {
                var stored = piece.AsSpan(0, Math.Min(rowsEach, rows - row) * rowBytes);
                _tensors.Read(source, (long)row * rowBytes, stored);
                LayInto(matrix, firstRow + row, stored, source.Type, columns, dtype);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static void LayInto(Span<byte> matrix, int firstRow, ReadOnlySpan<byte> stored, TensorType type, int columns, PackedDtype dtype)
    {
        var panelBytes = checked((int)PanelLayout.PanelBytes(dtype, columns));
        var rowBytes = columns * type.ElementBytes;

        for (var row = firstRow; !stored.IsEmpty;)
        {
            var panelRow = row % PanelLayout.PanelRows;
            var count = Math.Min(PanelLayout.PanelRows - panelRow, stored.Length / rowBytes);
            PanelPacker.Lay(stored[..(count * rowBytes)], type, columns, dtype, matrix.Slice(checked(row / PanelLayout.PanelRows * panelBytes), panelBytes), panelRow);
            stored = stored[(count * rowBytes)..];
            row += count;
        }
    }
}
