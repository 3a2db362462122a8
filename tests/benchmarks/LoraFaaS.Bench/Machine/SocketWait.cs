using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace LoraFaaS.Bench.Machine;

/// <summary>
/// Waits for many sockets upon the one thread that serves them all, until an instant to the nanosecond (epoll(7), level-triggered, for reading). Nothing is allocated while it waits. Who made it owns
/// it; other threads may only wake it. A socket that is closed is no longer waited for.
/// </summary>
internal sealed unsafe partial class SocketWait : IDisposable
{
    /// <summary>Another thread has woken it.</summary>
    public const int Woken = -1;

    /// <summary>No instant.</summary>
    public const long Never = long.MaxValue;

    private const string LibC = "libc";
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int AddOperation = 1;
    private const uint CanRead = 1;
    private const int Interrupted = 4;
    private const int MostAtOnce = 256;

    /// <summary>struct epoll_event is packed on x86-64 and nowhere else.</summary>
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture is Architecture.X64 ? 4 : 8;

    private static readonly int Stride = DataOffset + 8;

    private readonly byte[] _events = GC.AllocateArray<byte>(MostAtOnce * Stride, pinned: true);
    private readonly int _descriptor = Checked(epoll_create1(CloseOnExec), nameof(epoll_create1));
    private readonly int _bell = Checked(eventfd(0, CloseOnExec | NonBlocking), nameof(eventfd));

    public SocketWait() => Add(_bell, Woken);

    /// <param name="socket">Non-blocking.</param>
    /// <param name="tag">What <see cref="Wait"/> says where it can be read.</param>
    public void Add(Socket socket, int tag) => Add((int)socket.Handle, tag);

    /// <summary>How many of <paramref name="tags"/> it has filled; 0: the instant has come.</summary>
    /// <param name="tags">Of what can be read.</param>
    /// <param name="until">Nanoseconds of the monotonic clock, as <see cref="Stopwatch"/> counts them on Linux; <see cref="Never"/>: none.</param>
    public int Wait(Span<int> tags, long until)
    {
        while (true)
        {
            var left = until == Never ? 0 : Math.Max(0, until - Stopwatch.GetTimestamp());
            var time = new TimeLeft(left / 1_000_000_000, left % 1_000_000_000);

            fixed (byte* events = _events)
            {
                var count = epoll_pwait2(_descriptor, events, Math.Min(MostAtOnce, tags.Length), until == Never ? null : &time, null);

                if (count >= 0)
                {
                    Read(tags, count);
                    return count;
                }
            }

            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                Checked(-1, nameof(epoll_pwait2));
            }
        }
    }

    /// <summary>By any thread.</summary>
    public void Wake()
    {
        var one = 1UL;
        Checked((int)write(_bell, &one, sizeof(ulong)), nameof(write));
    }

    public void Dispose()
    {
        _ = close(_descriptor);
        _ = close(_bell);
    }

    private void Read(Span<int> tags, int count)
    {
        for (var i = 0; i < count; i++)
        {
            tags[i] = BitConverter.ToInt32(_events, (i * Stride) + DataOffset);

            if (tags[i] == Woken)
            {
                var rung = 0UL;
                _ = read(_bell, &rung, sizeof(ulong));
            }
        }
    }

    private void Add(int descriptor, int tag)
    {
        Span<byte> wanted = stackalloc byte[Stride];
        BitConverter.TryWriteBytes(wanted, CanRead);
        BitConverter.TryWriteBytes(wanted[DataOffset..], (long)tag);

        fixed (byte* first = wanted)
        {
            Checked(epoll_ctl(_descriptor, AddOperation, descriptor, first), nameof(epoll_ctl));
        }
    }

    private static int Checked(int result, string call) =>
        result >= 0 ? result : throw new InvalidOperationException($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport(LibC, SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport(LibC, SetLastError = true)]
    private static partial int epoll_ctl(int descriptor, int operation, int of, byte* wanted);

    [LibraryImport(LibC, SetLastError = true)]
    private static partial int epoll_pwait2(int descriptor, byte* events, int most, TimeLeft* left, void* signals);

    [LibraryImport(LibC, SetLastError = true)]
    private static partial int eventfd(uint value, int flags);

    [LibraryImport(LibC, SetLastError = true)]
    private static partial nint write(int descriptor, void* bytes, nint count);

    [LibraryImport(LibC, SetLastError = true)]
    private static partial nint read(int descriptor, void* bytes, nint count);

    [LibraryImport(LibC)]
    private static partial int close(int descriptor);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct TimeLeft(long Seconds, long Nanoseconds);
}
