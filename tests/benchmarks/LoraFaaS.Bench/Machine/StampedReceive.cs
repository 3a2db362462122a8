using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using LoraFaaS.Linux.Native;

namespace LoraFaaS.Bench.Machine;

/// <summary>Receives from a socket together with the instant at which the kernel had the last of the bytes (SO_TIMESTAMPNS, socket(7)), however late this thread asks for them.</summary>
internal sealed unsafe class StampedReceive
{
    private const int SocketLevel = 1;
    private const int StampOption = 35;
    private const int ControlBytes = 64;
    private const int DontWait = 0x40;

    /// <summary>What the clock of the stamps is ahead of the one that <see cref="Stopwatch"/> counts by, in nanoseconds.</summary>
    private readonly long _ahead = Ahead();

    /// <summary>Before the first receiving.</summary>
    public static void Ask(Socket socket) => socket.SetRawSocketOption(SocketLevel, StampOption, BitConverter.GetBytes(1));

    /// <summary>Bytes received; 0: the other side has closed; -1: nothing is there.</summary>
    /// <param name="stamp">In nanoseconds of the monotonic clock; now, where the kernel gave none.</param>
    /// <exception cref="LinuxException">The connection was lost.</exception>
    public int Receive(Socket socket, Span<byte> to, out long stamp)
    {
        var control = stackalloc byte[ControlBytes];
        stamp = 0;

        fixed (byte* first = to)
        {
            var vector = new IoVector { Base = first, Length = (nuint)to.Length };
            var message = new MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlBytes };
            var received = LibC.recvmsg(socket.SafeHandle, &message, DontWait);

            if (received < 0)
            {
                return (Errno)Marshal.GetLastPInvokeError() is Errno.WouldBlock ? -1 : throw LinuxException.Last("recvmsg");
            }

            var header = (ControlHeader*)control;
            stamp = message.ControlLength >= (nuint)(sizeof(ControlHeader) + sizeof(TimeSpec)) && header->Level == SocketLevel && header->Type == StampOption
                ? Nanoseconds((TimeSpec*)(header + 1)) - _ahead
                : Stopwatch.GetTimestamp();
            return (int)received;
        }
    }

    private static long Nanoseconds(TimeSpec* time) => (time->Seconds * 1_000_000_000) + time->Nanoseconds;

    /// <summary>Of the quickest of some looks at both clocks, so that nothing came in between.</summary>
    private static long Ahead()
    {
        var (quickest, ahead) = (long.MaxValue, 0L);

        for (var look = 0; look < 1_000; look++)
        {
            var before = Stopwatch.GetTimestamp();
            var other = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
            var taken = Stopwatch.GetTimestamp() - before;

            if (taken < quickest)
            {
                (quickest, ahead) = (taken, other - before - (taken / 2));
            }
        }

        return ahead;
    }
}
