using System.Net.Sockets;
using System.Runtime.InteropServices;
using LoraFaaS.Linux.Native;

namespace LoraFaaS.Bench.Workers;

/// <summary>
/// A client's connection that knows when its bytes came (SO_TIMESTAMPNS, socket(7)). On a machine whose processors all compute a reader is woken up to a tick
/// late, which is the client's time and not its server's.
/// </summary>
internal sealed class StampedStream : Stream
{
    private const int SocketLevel = 1;
    private const int TimestampNanoseconds = 35;
    private const int DontWait = 0x40;

    private readonly Socket _socket;
    private readonly SocketStamps _stamps;

    private StampedStream(Socket socket, SocketStamps stamps) => (_socket, _stamps) = (socket, stamps);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public static async ValueTask<Stream> ConnectAsync(System.Net.DnsEndPoint server, SocketStamps stamps, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        try
        {
            await socket.ConnectAsync(server, cancellationToken);
            socket.SetRawSocketOption(SocketLevel, TimestampNanoseconds, BitConverter.GetBytes(1));
            return new StampedStream(socket, stamps);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (!buffer.IsEmpty && TryReceive(buffer.Span) is >= 0 and var received)
            {
                return received;
            }

            // Completes when there is something to read, and takes nothing.
            await _socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken);

            if (buffer.IsEmpty)
            {
                return 0;
            }
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _stamps.SentAt = WorkerRun.Now;

        while (!buffer.IsEmpty)
        {
            buffer = buffer[await _socket.SendAsync(buffer, cancellationToken)..];
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use ReadAsync.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use WriteAsync.");

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _socket.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Bytes received, 0 at the end; -1 when nothing is there yet.</summary>
    private unsafe int TryReceive(Span<byte> bytes)
    {
        const int ControlWords = 8;
        var control = stackalloc long[ControlWords];

        fixed (byte* start = bytes)
        {
            var vector = new IoVector { Base = start, Length = (nuint)bytes.Length };
            var message = new MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlWords * sizeof(long) };
            var received = LibC.recvmsg(_socket.SafeHandle, &message, DontWait);

            if (received >= 0)
            {
                Stamp((ControlHeader*)control, message.ControlLength);
                return (int)received;
            }

            return (Errno)Marshal.GetLastPInvokeError() is Errno.WouldBlock or Errno.Interrupted ? -1 : throw LinuxException.Last("recvmsg");
        }
    }

    /// <summary>The kernel's stamp is on the clock of the day; its age is the same on any. Without one the reader's own time has to do.</summary>
    private unsafe void Stamp(ControlHeader* header, nuint length)
    {
        var now = WorkerRun.Now;

        if (length < (nuint)(sizeof(ControlHeader) + sizeof(TimeSpec)) || header->Level != SocketLevel || header->Type != TimestampNanoseconds)
        {
            _stamps.ReceivedAt = now;
            return;
        }

        var stamp = *(TimeSpec*)(header + 1);
        var age = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds - (stamp.Seconds + (stamp.Nanoseconds / 1e9));
        _stamps.ReceivedAt = now - Math.Max(0, age);
    }
}
