using System.Runtime.ExceptionServices;
using Google.Protobuf;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Diagnostics;
using LoraFaaS.Sandbox.Prompts;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Opening;

/// <summary>
/// A backbone mapped and its text side read before this process is anybody's. The first touch of a mapping costs a fault for every few pages, a tenth of
/// a second for 2 GB, and a tokenizer of 32 000 tokens as much again: both are spent here, where nobody waits for them, and so is building the engine. That touches
/// no device memory but what the worker asks for, since a first touch may cost ten times what the copy into it does.
/// </summary>
internal sealed class PreparedBackbone : IAsyncDisposable
{
    /// <summary>Populated between two looks at whether there is still time: a few milliseconds.</summary>
    private const long Piece = 64L << 20;

    /// <summary>Rows of activations that a short prompt writes to: 3 MB of a backbone of 1.1b, of 55 for the longest step.</summary>
    private const int TouchedTokens = 32;

    private readonly CancellationTokenSource _enough = new();
    private readonly MappedMemory _memory;
    private readonly Task<TextSide> _text;
    private readonly Task _populating;
    private readonly Task<OpenedSandbox?> _building;
    private readonly Open? _opening;
    private readonly long _touchedBytes;
    private readonly TimeProvider _time;
    private readonly JsonLog _log;
    private TextSide? _read;
    private OpenedSandbox? _built;
    private ExceptionDispatchInfo? _fault;
    private bool _isTaken;

    /// <exception cref="InvalidDataException">The segment is not sealed, or holds no backbone.</exception>
    public PreparedBackbone(Prepare frame, SafeFileHandle descriptor, TimeProvider time, JsonLog log)
    {
        (_time, _log, _opening, _touchedBytes) = (time, log, frame.Opening, frame.TouchedBytes);
        Digest = frame.BackboneDigest;
        _memory = Map(descriptor);
        _text = Task.Run(() => Read(frame.TextFiles));
        _populating = Task.Run(Populate);
        _building = BuildAsync();
    }

    public string Digest { get; }

    /// <summary>Maps a segment where changes of it are seen, and closes the descriptor.</summary>
    public static MappedMemory Map(SafeFileHandle descriptor)
    {
        using var segment = SealedMemory.FromDescriptor(descriptor);
        return segment.MapGuarded();
    }

    public static unsafe BackboneImage Open(MappedMemory memory) => BackboneImage.Open((nint)memory.Address, memory.Length);

    /// <summary>Completes when the preparation has come to its end by itself.</summary>
    public Task SettledAsync(CancellationToken cancellationToken) => _building.WaitAsync(cancellationToken);

    /// <summary>Ends the preparation: what is not populated yet is left to the first step, the text is waited for.</summary>
    public async Task CompleteAsync()
    {
        await _enough.CancelAsync();
        await _populating;
        _built = await _building;

        try
        {
            _read = await _text;
        }
        catch (Exception fault) when (fault is RefusedException or InvalidImageException or InvalidDataException)
        {
            _fault = ExceptionDispatchInfo.Capture(fault);
        }
    }

    /// <summary>The engine, where one was built for an Open like this; the caller's from now on. After <see cref="CompleteAsync"/>.</summary>
    public OpenedSandbox? TryTake(Open open)
    {
        if (_isTaken || open.TextFiles.Count > 0 || _built is not { } built || _opening is not { } opening || !IsAlike(open, opening))
        {
            return null;
        }

        _isTaken = true;
        built.Engine.Reach(open.DeviceBytes);
        return built with { TrustDomain = open.TrustDomain };
    }

    /// <summary>The mapping, which is the caller's from now on. After <see cref="CompleteAsync"/>.</summary>
    public MappedMemory Take()
    {
        DropEngine();
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
            DropEngine();
            _memory.Dispose();
        }

        _enough.Dispose();
    }

    /// <summary>But for whose it is, and for a first lease that is longer: the pool that is built reaches as far as any lease may.</summary>
    private static bool IsAlike(Open open, Open opening)
    {
        if (open.DeviceBytes < opening.DeviceBytes || open.DeviceBytes > Math.Max(opening.DeviceBytes, opening.DeviceLimitBytes))
        {
            return false;
        }

        var alike = open.Clone();
        alike.TrustDomain = "";
        alike.DeviceBytes = opening.DeviceBytes;
        return alike.Equals(opening);
    }

    private TextSide Read(IReadOnlyDictionary<string, ByteString> files) => TextSide.Read(files, Open(_memory).Shape);

    /// <summary>Null: nobody said what for, there was no time, or it cannot be built, and Open will say why.</summary>
    private async Task<OpenedSandbox?> BuildAsync()
    {
        await _populating;

        try
        {
            var text = await _text;

            // Its mapping stays ours until it is taken: what cannot be built gives back what it had, and that is not to be among it.
            // It is alike with itself: what compares is compiled by the time that somebody waits for the answer.
            if (_opening is not { } opening || _enough.IsCancellationRequested || !IsAlike(opening, opening)
                || new SandboxOpener(_time, _log).Build(opening, Open(_memory), _memory, text) is not OpenOutcome.Opened { Sandbox: var built })
            {
                return null;
            }

            built.Engine.Touch(TouchedTokens, _touchedBytes, _enough.Token);
            return built;
        }
        catch (Exception fault) when (fault is RefusedException or InvalidImageException or InvalidDataException)
        {
            return null;
        }
    }

    private void DropEngine()
    {
        _built?.Engine.Dispose();
        _built?.Backend.Dispose();
        _built = null;
    }

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
