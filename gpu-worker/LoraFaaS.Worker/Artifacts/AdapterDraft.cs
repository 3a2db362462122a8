using System.Diagnostics;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Protocol.Arrivals;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// An adapter that is being packed and may be handed over before it is whole: memory that others can only read, and a page that says how far it has come. Nobody has vouched for what is in it
/// before <see cref="End"/> says so.
/// </summary>
internal sealed class AdapterDraft : IDisposable
{
    /// <summary>Others are told so often on its way: each word wakes somebody on processors that are wanted.</summary>
    private const int Words = 32;

    private readonly Lock _gate = new();
    private readonly SharedPage _page;
    private readonly SafeFileHandle _reader;
    private long _there;
    private bool _isOver;

    /// <param name="memory">Is closed to writers by this; stays the caller's.</param>
    /// <param name="foundAt">Where its artifact was.</param>
    public AdapterDraft(UnsealedMemory memory, StorageTier foundAt)
    {
        memory.CloseToWriters();
        (Bytes, FoundAt) = (memory.Memory.Length, foundAt);
        _reader = memory.OpenReader();
        _page = SharedPage.Create("adapter-arrival");
        _page.CloseToWriters();

        // The machine's clock and not a test's: another process reads it.
        _page.WriteLong(ArrivalPages.Begun, (ulong)Stopwatch.GetTimestamp());
    }

    /// <summary>Of the whole image.</summary>
    public long Bytes { get; }

    public StorageTier FoundAt { get; }

    /// <summary>It is there as far as this, if not farther. Answers whether the image's head is there by now, which is when it can be handed over.</summary>
    public bool Reach(long there)
    {
        lock (_gate)
        {
            if (!_isOver && there > _there && (_there == 0 || there == Bytes || there - _there >= Bytes / Words))
            {
                _there = there;
                _page.WriteLong(ArrivalPages.Bytes, (ulong)there);
                _page.Ring(ArrivalPages.Signal);
            }

            return _there > 0;
        }
    }

    /// <summary>Descriptors for one sandbox, the caller's to close: the memory and the page, both for reading only. False: it is whole by now, or was handed over before.</summary>
    public bool TryTake(out SafeFileHandle memory, out SafeFileHandle page)
    {
        lock (_gate)
        {
            if (_isOver || _reader.IsClosed)
            {
                (memory, page) = (new SafeFileHandle(), new SafeFileHandle());
                return false;
            }

            (memory, page) = (SharedPage.Duplicate(_reader), _page.Duplicate());
            _reader.Dispose();
            return true;
        }
    }

    /// <summary>Everybody who has it is told what it was.</summary>
    public void End(ArrivalState state)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            _isOver = true;
            _page.Write(ArrivalPages.State, (uint)state);
            Linux.Synchronization.Futex.Wake(_page, ArrivalPages.State);
            _page.Ring(ArrivalPages.Signal);
        }
    }

    /// <summary>One that has not ended is lost.</summary>
    public void Dispose()
    {
        End(ArrivalState.Lost);

        lock (_gate)
        {
            _page.Dispose();
            _reader.Dispose();
        }
    }
}
