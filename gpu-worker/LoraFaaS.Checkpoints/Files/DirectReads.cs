using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Checkpoints.Files;

/// <summary>
/// Direct reads that go on while their one thread does something else (io_submit(2)): a disk is kept busy by those who pack, without threads that wait for it and then for a
/// processor. What cannot be begun, or ends in an error, is read when its end is asked for. Giving the context back to the kernel takes it some thirty milliseconds
/// (io_destroy(2) waits until no processor can be looking at it), a third of a short load: whoever waits for nothing of it calls <see cref="Settle"/>, lets the buffers go, and
/// leaves the rest to the finaliser.
/// </summary>
public sealed unsafe class DirectReads : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int Interrupted = 4;

    private readonly State[] _reads;

    /// <param name="most">Reads in flight, numbered from 0.</param>
    public DirectReads(int most)
        : base(ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        _reads = new State[most];
        nint context = 0;

        // Refused where there are none (a kernel without them, a filter of calls, too many contexts): then each is read at its end.
        if (LibC.syscall_setup(LibC.Calls.Setup, most, &context) == 0)
        {
            SetHandle(context);
        }
    }

    /// <summary>Begins to read as <see cref="LargeFile.ReadDirect"/> does.</summary>
    /// <param name="read">Its number; the one before of that number has ended.</param>
    public void Begin(int read, LargeFile file, long position, nint buffer, int bytes)
    {
        ArgumentNullException.ThrowIfNull(file);
        _reads[read] = new State(file, position, buffer, bytes);

        if (IsInvalid || IsClosed || file.DirectDescriptor is not { } descriptor)
        {
            return;
        }

        var order = new ReadOrder
        {
            Data = (ulong)read, Operation = ReadOrder.PositionedRead, File = (uint)descriptor, Buffer = (ulong)buffer, Length = (ulong)bytes, Position = position,
        };
        var orders = &order;
        _reads[read].IsInFlight = LibC.syscall_submit(LibC.Calls.Submit, handle, 1, &orders) == 1;
    }

    /// <summary>Waits until the buffer holds what was asked for.</summary>
    /// <exception cref="IOException">The file was cut short, or the disk fails.</exception>
    public void End(int read)
    {
        while (_reads[read].IsInFlight)
        {
            Take();
        }

        var state = _reads[read];
        state.File.ReadDirect(state.Position, state.Buffer, state.Bytes, (int)Math.Max(0, state.Result));
    }

    /// <summary>Waits until nothing is in flight, whatever came of it: from then on nobody writes to the buffers.</summary>
    public void Settle()
    {
        try
        {
            while (Array.Exists(_reads, read => read.IsInFlight))
            {
                Take();
            }
        }
        catch (IOException)
        {
            // Who cannot ask whether they have ended waits for the context itself to go.
            Dispose();
        }
    }

    protected override bool ReleaseHandle() => LibC.syscall_destroy(LibC.Calls.Destroy, handle) == 0;

    private void Take()
    {
        const int Some = 8;
        var ends = stackalloc ReadEnd[Some];
        var count = (int)LibC.syscall_getevents(LibC.Calls.GetEvents, handle, 1, Some, ends, 0);

        if (count < 0 && Marshal.GetLastPInvokeError() is var error && error != Interrupted)
        {
            throw new IOException($"Reads in flight cannot be waited for (error {error}).");
        }

        for (var i = 0; i < count; i++)
        {
            _reads[(int)ends[i].Data].IsInFlight = false;
            _reads[(int)ends[i].Data].Result = ends[i].Result;
        }
    }

    private record struct State(LargeFile File, long Position, nint Buffer, int Bytes)
    {
        public bool IsInFlight { get; set; }

        public long Result { get; set; }
    }
}
