using System.Net;
using System.Net.Sockets;
using LoraFaaS.Bench.Machine;

namespace LoraFaaS.Bench.Door;

/// <summary>One connection of the load, one call at a time. The load's thread owns it.</summary>
internal sealed class LoadClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request;
    private readonly LoadAnswer _answer = new();

    /// <param name="door">Whom it calls.</param>
    /// <param name="request">Rendered.</param>
    public LoadClient(EndPoint door, byte[] request)
    {
        _request = request;
        _socket.Connect(door);
        _socket.Blocking = false;
        StampedReceive.Ask(_socket);
    }

    public Socket Socket => _socket;

    /// <summary>Of its next call, among all clients' calls.</summary>
    public long Number { get; set; }

    public bool IsWaiting { get; private set; }

    public long DueAt { get; private set; }

    public long SentAt { get; private set; }

    /// <summary>When the last of its answer had come, whenever it was read.</summary>
    public long AnsweredAt { get; private set; }

    public void Send(long dueAt, long now)
    {
        (DueAt, SentAt, IsWaiting) = (dueAt, now, true);
        _answer.Reset();

        if (_socket.Send(_request, SocketFlags.None, out var error) < _request.Length || error is not SocketError.Success)
        {
            throw new IOException($"A call of {_request.Length} bytes was not sent: {error}");
        }
    }

    /// <summary>True: its answer is whole.</summary>
    /// <exception cref="IOException">The connection was lost.</exception>
    public bool Receive(StampedReceive receive)
    {
        var received = receive.Receive(_socket, _answer.Free, out var stamp);

        if (received < 0)
        {
            return false;
        }

        if (received == 0 || !IsWaiting)
        {
            throw new IOException("A connection was closed, or said something unasked.");
        }

        AnsweredAt = stamp;
        IsWaiting = !_answer.Take(received);
        return !IsWaiting;
    }

    /// <param name="body">That it must have; empty: any.</param>
    public bool IsGood(ReadOnlySpan<byte> body) => _answer.Status is >= 200 and < 300 && (body.IsEmpty || _answer.Body.SequenceEqual(body));

    public void Dispose() => _socket.Dispose();
}
