using System.Buffers;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;

namespace LoraFaaS.Gateway.Forwarding.Wire;

/// <summary>
/// One proven connection to a worker, one exchange at a time: the request goes out in one piece, the answer's body is decoded in the buffer it was read into.
/// Nothing is read ahead of the event that is wanted. One flow owns it.
/// </summary>
internal sealed class WorkerLink(Stream stream, long openedAt) : IDisposable
{
    /// <summary>No event comes near this: a frame of tokens is some hundred bytes, an echoed prompt of 128k tokens some hundred thousand.</summary>
    private const int MaxEventBytes = 16 << 20;

    /// <summary>All that is held for a stream that is silent, which it is for most of its life: a head and a few events fit. A larger event makes it grow.</summary>
    private const int BufferBytes = 512;

    /// <summary>A larger buffer is not kept for the next exchange.</summary>
    private const int MostKeptBytes = 4 << 10;

    private byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;
    private AnswerBody _body;
    private bool _hasExcess;

    public long OpenedAt => openedAt;

    /// <summary>Since when it waits for another exchange.</summary>
    public long IdleSince { get; set; }

    /// <summary>The sockets' thread that watches it for good (<see cref="InlineSockets.Here"/>); 0: not known.</summary>
    public int Home { get; set; }

    /// <summary>
    /// The last of its bytes came to the thread that watches it. Otherwise they were there when they were asked for, and whoever asked went on upon his own thread, which then says nothing about whose it is.
    /// </summary>
    public bool WasWaitedFor { get; private set; }

    public AnswerHead Head { get; private set; }

    public bool IsBodyDone => _body.IsDone;

    /// <summary>The answer was taken to its end, and nothing came that nobody asked for.</summary>
    public bool IsReusable => _body.IsDone && !_hasExcess && _start == _end && Head.KeepsAlive;

    public async ValueTask<AskOutcome> AskAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        Reset();

        try
        {
            await stream.WriteAsync(request, cancellationToken);

            while (true)
            {
                switch (TryReadHead())
                {
                    case AnswerHeadStatus.Complete:
                        return AskOutcome.Answered;
                    case AnswerHeadStatus.Malformed:
                        return AskOutcome.Malformed;
                    default:
                        if (!TryTake(await NotingAsync(stream.ReadAsync(Room(), cancellationToken))))
                        {
                            return _end == 0 ? AskOutcome.Unanswered : AskOutcome.Torn;
                        }

                        break;
                }
            }
        }
        catch (IOException)
        {
            return _end == 0 ? AskOutcome.Unanswered : AskOutcome.Torn;
        }
    }

    /// <summary>The next event as soon as its last byte is here.</summary>
    /// <exception cref="IOException">The connection was lost.</exception>
    public ValueTask<FrameRead<GenerateEvent>> ReadEventAsync(CancellationToken cancellationToken) =>
        TryReadEvent(out var read) ? ValueTask.FromResult(read) : WaitForEventAsync(cancellationToken);

    /// <summary>What is left of the body, at most so many bytes of it; null: it is no body, or was cut off.</summary>
    public async ValueTask<byte[]?> ReadBodyAsync(int most, CancellationToken cancellationToken)
    {
        while (!IsBodyDone && _end - _start < most)
        {
            if (!TryTakeBody(await NotingAsync(stream.ReadAsync(BodyRoom(), cancellationToken))))
            {
                return null;
            }
        }

        var body = _buffer.AsSpan(_start, Math.Min(most, _end - _start)).ToArray();
        _start += body.Length;
        return body;
    }

    public void Dispose() => stream.Dispose();

    private void Reset()
    {
        if (_buffer.Length > MostKeptBytes)
        {
            _buffer = new byte[BufferBytes];
        }

        (_start, _end, _hasExcess, _body, Head) = (0, 0, false, default, default);
    }

    private AnswerHeadStatus TryReadHead()
    {
        while (_end > 0)
        {
            var status = AnswerHeadParser.TryParse(_buffer.AsSpan(0, _end), out var head, out var consumed);

            if (status is not AnswerHeadStatus.Complete)
            {
                return status;
            }

            if (!head.IsInterim)
            {
                (Head, _body, _start) = (head, new AnswerBody(head.Length), consumed);
                return TryDecode(consumed) ? AnswerHeadStatus.Complete : AnswerHeadStatus.Malformed;
            }

            _buffer.AsSpan(consumed, _end - consumed).CopyTo(_buffer);
            _end -= consumed;
        }

        return AnswerHeadStatus.Incomplete;
    }

    private async ValueTask<FrameRead<GenerateEvent>> WaitForEventAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (IsBodyDone)
            {
                return new(_start == _end ? FrameReadStatus.End : FrameReadStatus.Torn, null);
            }

            if (!TryTakeBody(await NotingAsync(stream.ReadAsync(BodyRoom(), cancellationToken))))
            {
                return new(FrameReadStatus.Torn, null);
            }

            if (TryReadEvent(out var read))
            {
                return read;
            }
        }
    }

    /// <summary>False: there is more to be read before one can be told.</summary>
    private bool TryReadEvent(out FrameRead<GenerateEvent> read)
    {
        var bytes = new ReadOnlySequence<byte>(_buffer, _start, _end - _start);

        switch (FrameParser.TryRead(ref bytes, MaxEventBytes, out var payload))
        {
            case FrameStatus.Complete:
                read = Parse((int)payload.Length);
                return true;
            case FrameStatus.TooLarge:
                read = new(FrameReadStatus.TooLarge, null);
                return true;
            default:
                read = default;
                return false;
        }
    }

    private FrameRead<GenerateEvent> Parse(int length)
    {
        var at = _start + FrameLimits.HeaderBytes;
        _start = at + length;

        try
        {
            // As a span: for an array the parser makes a reader of its own, which is larger than most events.
            return new(FrameReadStatus.Message, GenerateEvent.Parser.ParseFrom(_buffer.AsSpan(at, length)));
        }
        catch (Google.Protobuf.InvalidProtocolBufferException)
        {
            return new(FrameReadStatus.Malformed, null);
        }
    }

    /// <summary>Where more of the body is to be read to. Whoever waits for bytes reads them himself: a method between would be one more object a call.</summary>
    private Memory<byte> BodyRoom()
    {
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }

        return Room();
    }

    /// <summary>False: no more of a body comes, though it has not ended.</summary>
    private bool TryTakeBody(int received) => TryTake(received) && TryDecode(_end - received);

    /// <summary>What was received from here on becomes that much of the body.</summary>
    private bool TryDecode(int from)
    {
        var raw = _buffer.AsSpan(from, _end - from);
        var isBody = _body.TryDecode(raw, raw, out var consumed, out var written);
        _hasExcess |= consumed < raw.Length;
        _end = from + written;
        return isBody;
    }

    private ValueTask<int> NotingAsync(ValueTask<int> reading)
    {
        WasWaitedFor = !reading.IsCompleted;
        return reading;
    }

    /// <summary>Behind what is there.</summary>
    private Memory<byte> Room()
    {
        if (_end == _buffer.Length)
        {
            MakeRoom();
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>So many bytes came to <see cref="Room"/>; false: the other side has ended.</summary>
    private bool TryTake(int received)
    {
        _end += received;
        return received > 0;
    }

    private void MakeRoom()
    {
        var target = _start > 0 ? _buffer : new byte[2 * _buffer.Length];
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        (_buffer, _start, _end) = (target, 0, _end - _start);
    }
}
