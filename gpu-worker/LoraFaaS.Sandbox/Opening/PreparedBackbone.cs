using System.Runtime.ExceptionServices;
using Google.Protobuf;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Prompts;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Opening;

/// <summary>
/// A backbone mapped and its text side read before this process is anybody's. The first touch of a mapping costs a fault for every few pages, a tenth of
/// a second for 2 GB, and a tokenizer of 32 000 tokens as much again: both are spent here, where nobody waits for them.
/// </summary>
internal sealed class PreparedBackbone : IAsyncDisposable
{
    /// <summary>Populated between two looks at whether there is still time: a few milliseconds.</summary>
    private const long Piece = 64L << 20;

    private readonly CancellationTokenSource _enough = new();
    private readonly MappedMemory _memory;
    private readonly Task<TextSide> _text;
    private readonly Task _populating;
    private TextSide? _read;
    private ExceptionDispatchInfo? _fault;
    private bool _isTaken;

    /// <exception cref="InvalidDataException">The segment is not sealed, or holds no backbone.</exception>
    public PreparedBackbone(Prepare frame, SafeFileHandle descriptor)
    {
        Digest = frame.BackboneDigest;
        _memory = Map(descriptor);
        _text = Task.Run(() => Read(frame.TextFiles));
        _populating = Task.Run(Populate);
    }

    public string Digest { get; }

    /// <summary>Maps a segment where changes of it are seen, and closes the descriptor.</summary>
    public static MappedMemory Map(SafeFileHandle descriptor)
    {
        using var segment = SealedMemory.FromDescriptor(descriptor);
        return segment.MapGuarded();
    }

    public static unsafe BackboneImage Open(MappedMemory memory) => BackboneImage.Open((nint)memory.Address, memory.Length);

    /// <summary>Ends the preparation: what is not populated yet is left to the first step, the text is waited for.</summary>
    public async Task CompleteAsync()
    {
        await _enough.CancelAsync();
        await _populating;

        try
        {
            _read = await _text;
        }
        catch (Exception fault) when (fault is RefusedException or InvalidImageException or InvalidDataException)
        {
            _fault = ExceptionDispatchInfo.Capture(fault);
        }
    }

    /// <summary>The mapping, which is the caller's from now on. After <see cref="CompleteAsync"/>.</summary>
    public MappedMemory Take()
    {
        _isTaken = true;
        return _memory;
    }

    /// <summary>After <see cref="CompleteAsync"/>; throws what reading it threw.</summary>
    public TextSide Text()
    {
        _fault?.Throw();
        return _read ?? throw new InvalidOperationException("The preparation was not completed.");
    }

    /// <summary>Unmaps it unless it was taken.</summary>
    public async ValueTask DisposeAsync()
    {
        await CompleteAsync();

        if (!_isTaken)
        {
            _memory.Dispose();
        }

        _enough.Dispose();
    }

    private TextSide Read(IReadOnlyDictionary<string, ByteString> files) => TextSide.Read(files, Open(_memory).Shape);

    private void Populate()
    {
        for (var offset = 0L; offset < _memory.Length && !_enough.IsCancellationRequested; offset += Piece)
        {
            // A kernel that does not know the advice leaves the faults to the first step.
            if (_memory.Advise(MemoryAdvice.PopulateRead, offset, Math.Min(Piece, _memory.Length - offset)) is not Errno.None)
            {
                return;
            }
        }
    }
}
