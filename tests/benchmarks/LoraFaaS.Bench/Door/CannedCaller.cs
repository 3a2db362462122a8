using System.Net.Sockets;
using LoraFaaS.ServiceDefaults.Trust;

namespace LoraFaaS.Bench.Door;

/// <summary>One connection to the canned worker, from its proof, if it begins with one, through its requests. The worker's thread owns it.</summary>
internal sealed class CannedCaller(Socket socket, CannedWorker worker) : IDisposable
{
    private const int BufferBytes = 4 << 10;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _end;
    private byte[]? _hello;
    private byte[]? _reply;

    /// <summary>Takes what has come and answers it; false: the caller has left.</summary>
    /// <exception cref="InvalidDataException">What came is no proof and no request that a door sends.</exception>
    public bool Serve()
    {
        var received = socket.Receive(_buffer.AsSpan(_end), SocketFlags.None, out var error);

        if (error is SocketError.WouldBlock)
        {
            return true;
        }

        if (error is not SocketError.Success || received == 0)
        {
            return false;
        }

        _end += received;

        while (Next() is > 0 and var taken)
        {
            _buffer.AsSpan(taken, _end - taken).CopyTo(_buffer);
            _end -= taken;
        }

        return _end < BufferBytes ? true : throw new InvalidDataException($"More than {BufferBytes} bytes and no request.");
    }

    /// <summary>Of a stream that was held.</summary>
    public void End() => Send(CannedAnswer.End);

    public void Dispose() => socket.Dispose();

    /// <summary>Bytes of what has come that are dealt with; 0: what comes next has not all come.</summary>
    private int Next()
    {
        var bytes = _buffer.AsSpan(0, _end);

        if (_end > 0 && bytes[0] == ConnectionProof.FirstByte && _hello is null)
        {
            return Prove(bytes);
        }

        if (_reply is not null)
        {
            return EndProof(bytes);
        }

        var length = CannedRequest.Length(bytes);

        if (length > 0)
        {
            Answer();
        }

        return length;
    }

    private void Answer()
    {
        worker.Begun();

        if (worker.Holds(this))
        {
            Send(CannedAnswer.Begin);
            return;
        }

        Send(CannedAnswer.Whole);
    }

    private int Prove(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < ConnectionProof.HelloBytes)
        {
            return 0;
        }

        _hello = bytes[..ConnectionProof.HelloBytes].ToArray();
        _reply = new byte[ConnectionProof.ReplyBytes];
        ConnectionProof.WriteReply(worker.Token, worker.Authority, _hello, _reply);
        Send(_reply);
        return _hello.Length;
    }

    private int EndProof(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < ConnectionProof.MacBytes)
        {
            return 0;
        }

        if (!ConnectionProof.IsHello(_hello) || !ConnectionProof.IsEnd(worker.Token, worker.Authority, _hello, _reply, bytes[..ConnectionProof.MacBytes]))
        {
            throw new InvalidDataException("A proof that is none.");
        }

        _reply = null;
        return ConnectionProof.MacBytes;
    }

    /// <summary>An answer is far less than what a socket takes at once; who has left meanwhile is found out by the next receiving.</summary>
    private void Send(ReadOnlySpan<byte> bytes)
    {
        var sent = socket.Send(bytes, SocketFlags.None, out var error);

        if (error is SocketError.Success && sent < bytes.Length)
        {
            throw new InvalidOperationException($"{sent} of {bytes.Length} bytes sent.");
        }
    }
}
