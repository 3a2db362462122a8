using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using LoraFaaS.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Sockets;

/// <summary>
/// A Unix stream socket on which descriptors travel beside the bytes. One reader and one writer at a time.
/// Descriptors arrive in the order they were sent and no later than the last byte of the message they were sent with,
/// so a reader that has a whole frame has its descriptors too: <see cref="TryTakeDescriptor"/>.
/// </summary>
public sealed class DescriptorStream : Stream
{
    private const int WritablePollMilliseconds = 200;

    private readonly Socket _socket;
    private readonly int _maxPending;
    private readonly Queue<SafeFileHandle> _pending = new();
    private readonly List<SafeFileHandle> _arrived = new(DescriptorMessage.MaxDescriptors);
    private readonly Lock _gate = new();

    /// <param name="socket">A connected Unix stream socket; owned from now on.</param>
    /// <param name="maxPending">
    /// Descriptors that may wait to be taken. A peer that sends more is cut off: a side that expects none passes 0,
    /// so that a hostile peer cannot fill the descriptor table.
    /// </param>
    public DescriptorStream(Socket socket, int maxPending)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentOutOfRangeException.ThrowIfNegative(maxPending);
        _socket = socket;
        _maxPending = maxPending;
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static async Task<DescriptorStream> ConnectAsync(string path, int maxPending, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new DescriptorStream(socket, maxPending);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A connected socket this process was started with.</summary>
    /// <exception cref="SocketException">The descriptor is none, or no socket.</exception>
    public static DescriptorStream Inherited(int descriptor, int maxPending) =>
        new(new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)), maxPending);

    /// <summary>A connected socket that came as a descriptor; owned from now on.</summary>
    /// <exception cref="SocketException">It is no socket.</exception>
    public static DescriptorStream Of(SafeFileHandle descriptor, int maxPending)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        var stream = Inherited((int)descriptor.DangerousGetHandle(), maxPending);
        descriptor.SetHandleAsInvalid();
        return stream;
    }

    /// <summary>A pair of connected streams in this process, for tests and for handing one end to a child.</summary>
    public static async Task<(DescriptorStream Client, DescriptorStream Server)> PairAsync(int maxPending, CancellationToken cancellationToken)
    {
        // An abstract address needs no file and goes with its socket.
        var address = new UnixDomainSocketEndPoint($"\0lorafaas-{Guid.NewGuid():N}");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(address);
        listener.Listen(1);

        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(address, cancellationToken);
        var server = await listener.AcceptAsync(cancellationToken);
        return (new DescriptorStream(client, maxPending), new DescriptorStream(server, maxPending));
    }

    public bool TryTakeDescriptor([NotNullWhen(true)] out SafeFileHandle? descriptor)
    {
        lock (_gate)
        {
            return _pending.TryDequeue(out descriptor);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return await _socket.ReceiveAsync(buffer, cancellationToken);
        }

        while (true)
        {
            var received = Receive(buffer.Span);

            if (received >= 0)
            {
                return received;
            }

            // A receive of no bytes completes when there is something to read, and takes nothing (it peeks).
            await _socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[await _socket.SendAsync(buffer, cancellationToken)..];
        }
    }

    /// <summary>Sends bytes with a descriptor beside them. The caller keeps its own descriptor.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, SafeFileHandle descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);

        if (buffer.IsEmpty)
        {
            throw new ArgumentException("A descriptor travels beside at least one byte.", nameof(buffer));
        }

        var sent = DescriptorMessage.TrySend(_socket.SafeHandle, buffer.Span, descriptor);

        while (sent < 0)
        {
            // Rare (the peer reads slowly while a descriptor is to go): a pool thread waits in poll(2).
            await Task.Run(WaitWritable, cancellationToken);
            sent = DescriptorMessage.TrySend(_socket.SafeHandle, buffer.Span, descriptor);
        }

        await WriteAsync(buffer[sent..], cancellationToken);
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

            while (TryTakeDescriptor(out var descriptor))
            {
                descriptor.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private int Receive(Span<byte> buffer)
    {
        // Only the one reader comes here, so the list is its own.
        _arrived.Clear();

        try
        {
            return DescriptorMessage.TryReceive(_socket.SafeHandle, buffer, _arrived);
        }
        finally
        {
            Keep();
        }
    }

    private void Keep()
    {
        lock (_gate)
        {
            foreach (var descriptor in _arrived)
            {
                _pending.Enqueue(descriptor);
            }

            if (_pending.Count > _maxPending)
            {
                while (_pending.TryDequeue(out var unwanted))
                {
                    unwanted.Dispose();
                }

                throw new InvalidDataException($"The peer sent more than {_maxPending} descriptors that nobody took.");
            }
        }
    }

    private unsafe void WaitWritable()
    {
        var held = false;
        _socket.SafeHandle.DangerousAddRef(ref held);

        try
        {
            var descriptor = new PollDescriptor { Descriptor = (int)_socket.SafeHandle.DangerousGetHandle(), Wanted = PollDescriptor.CanWrite };

            // A bounded wait, so that a cancelled or disposed stream is noticed by the loop around it.
            if (LibC.poll(&descriptor, 1, WritablePollMilliseconds) < 0
                && LinuxException.Last("poll") is { Errno: not Errno.Interrupted } failure)
            {
                throw failure;
            }
        }
        finally
        {
            if (held)
            {
                _socket.SafeHandle.DangerousRelease();
            }
        }
    }
}
