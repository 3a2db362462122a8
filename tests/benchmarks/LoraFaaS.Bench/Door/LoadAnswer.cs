using LoraFaaS.Gateway.Forwarding.Wire;

namespace LoraFaaS.Bench.Door;

/// <summary>One answer as its bytes come, in a buffer made beforehand; nothing may come behind it. The load's thread owns it.</summary>
internal sealed class LoadAnswer
{
    private const int BufferBytes = 64 << 10;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private AnswerHead _head;
    private AnswerBody _body;
    private bool _hasHead;
    private int _start;
    private int _end;

    /// <summary>Where the next bytes are received to.</summary>
    public Span<byte> Free => _buffer.AsSpan(_end);

    public int Status => _head.Status;

    public ReadOnlySpan<byte> Body => _buffer.AsSpan(_start, _end - _start);

    /// <summary>What there is of its body; nothing before its head is whole.</summary>
    public ReadOnlyMemory<byte> Content => _hasHead ? _buffer.AsMemory(_start, _end - _start) : default;

    public void Reset() => (_hasHead, _start, _end) = (false, 0, 0);

    /// <summary>True: with so many bytes more it is whole.</summary>
    /// <exception cref="InvalidDataException">It is no answer, or longer than any that is asked for here.</exception>
    public bool Take(int received)
    {
        var from = _end;
        _end += received;

        if (!_hasHead && !TryReadHead(ref from))
        {
            return false;
        }

        var raw = _buffer.AsSpan(from, _end - from);

        if (!_body.TryDecode(raw, raw, out var consumed, out var written) || consumed < raw.Length || !_head.KeepsAlive)
        {
            throw new InvalidDataException("No chunks, more than was asked for, or the last answer of a connection.");
        }

        _end = from + written;
        return _body.IsDone || (_end < BufferBytes ? false : throw new InvalidDataException($"More than {BufferBytes} bytes."));
    }

    private bool TryReadHead(ref int from)
    {
        switch (AnswerHeadParser.TryParse(_buffer.AsSpan(0, _end), out _head, out var consumed))
        {
            case AnswerHeadStatus.Incomplete:
                return false;
            case AnswerHeadStatus.Complete when !_head.IsInterim:
                (_hasHead, _body, _start, from) = (true, new AnswerBody(_head.Length), consumed, consumed);
                return true;
            default:
                throw new InvalidDataException("No head of an answer.");
        }
    }
}
