namespace LoraFaaS.Gateway.Forwarding.Wire;

/// <summary>A response's body out of its framing (RFC 9112, section 7.1), as the bytes come. A mutable state, kept where the bytes are read.</summary>
internal struct AnswerBody
{
    /// <summary>A worker uses neither extensions nor trailers; a little of either is passed over.</summary>
    private const int MostPassedOver = 1_024;

    private const int MostSizeDigits = 15;

    private Part _part;
    private long _left;
    private int _digits;
    private int _passedOver;

    /// <param name="length">Bytes that will come; null: they come in chunks.</param>
    public AnswerBody(long? length)
    {
        _left = length ?? 0;
        _part = length switch
        {
            null => Part.Size,
            0 => Part.Done,
            _ => Part.Counted,
        };
    }

    private enum Part
    {
        Done = 0,
        Counted = 1,
        Size = 2,
        Extension = 3,
        SizeEnd = 4,
        Data = 5,
        DataReturn = 6,
        DataEnd = 7,
        LineStart = 8,
        Trailer = 9,
        TrailerEnd = 10,
        LastEnd = 11,
    }

    public readonly bool IsDone => _part is Part.Done;

    /// <summary>False: these are no chunks.</summary>
    /// <param name="raw">What came.</param>
    /// <param name="target">As long as <paramref name="raw"/> or longer; may be the same memory.</param>
    /// <param name="consumed">All of <paramref name="raw"/>, unless the body ended before.</param>
    /// <param name="written">Of the body itself.</param>
    public bool TryDecode(ReadOnlySpan<byte> raw, Span<byte> target, out int consumed, out int written)
    {
        (consumed, written) = (0, 0);

        while (consumed < raw.Length && !IsDone)
        {
            if (_part is Part.Data or Part.Counted)
            {
                var count = (int)Math.Min(_left, raw.Length - consumed);
                raw.Slice(consumed, count).CopyTo(target[written..]);
                (consumed, written, _left) = (consumed + count, written + count, _left - count);

                if (_left == 0)
                {
                    _part = _part is Part.Data ? Part.DataReturn : Part.Done;
                }
            }
            else if (!TryPass(raw[consumed++]))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryPass(byte next)
    {
        switch (_part)
        {
            case Part.Size when HexDigit(next) is { } digit && ++_digits <= MostSizeDigits:
                _left = (_left << 4) | digit;
                return true;
            case Part.Size when _digits is > 0 and <= MostSizeDigits && next is (byte)'\r':
                return Go(Part.SizeEnd);
            case Part.Size when _digits is > 0 and <= MostSizeDigits && next is (byte)';':
                return Go(Part.Extension);
            case Part.Extension when next is (byte)'\r':
                return Go(Part.SizeEnd);
            case Part.Extension or Part.Trailer when next is not ((byte)'\n' or (byte)'\r' or 0):
                return ++_passedOver <= MostPassedOver;
            case Part.SizeEnd when next is (byte)'\n':
                (_digits, _passedOver) = (0, 0);
                return Go(_left > 0 ? Part.Data : Part.LineStart);
            case Part.DataReturn when next is (byte)'\r':
                return Go(Part.DataEnd);
            case Part.DataEnd when next is (byte)'\n':
                return Go(Part.Size);
            case Part.LineStart when next is (byte)'\r':
                return Go(Part.LastEnd);
            case Part.LineStart when next is not ((byte)'\n' or 0):
                return Go(Part.Trailer) && ++_passedOver <= MostPassedOver;
            case Part.Trailer when next is (byte)'\r':
                return Go(Part.TrailerEnd);
            case Part.TrailerEnd when next is (byte)'\n':
                return Go(Part.LineStart);
            case Part.LastEnd when next is (byte)'\n':
                return Go(Part.Done);
            default:
                return false;
        }
    }

    private bool Go(Part part)
    {
        _part = part;
        return true;
    }

    private static long? HexDigit(byte character) => character switch
    {
        >= (byte)'0' and <= (byte)'9' => character - '0',
        >= (byte)'a' and <= (byte)'f' => character - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => character - 'A' + 10,
        _ => null,
    };
}
