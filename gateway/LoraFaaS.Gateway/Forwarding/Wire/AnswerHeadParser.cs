using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace LoraFaaS.Gateway.Forwarding.Wire;

/// <summary>
/// The head of an HTTP/1.1 response (RFC 9112): pure, bytes to status, every way of cutting them testable. Strict where leniency lets two readers see two
/// bodies: bare line ends, folded lines, two lengths, a length beside chunks, and any transfer coding but chunks are malformed.
/// </summary>
internal static class AnswerHeadParser
{
    /// <summary>A worker's has some two hundred.</summary>
    public const int MaxBytes = 16 << 10;

    private const string EventsContentType = "application/x-lorafaas-events";
    private const int MostDigits = 15;

    private static readonly SearchValues<byte> NameBytes = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    private static ReadOnlySpan<byte> Protocol => "HTTP/1.1 "u8;

    /// <param name="bytes">From the first byte of the answer on.</param>
    /// <param name="consumed">With Complete: of the head, its empty line included.</param>
    public static AnswerHeadStatus TryParse(ReadOnlySpan<byte> bytes, out AnswerHead head, out int consumed)
    {
        (head, consumed) = (default, 0);
        var begun = Math.Min(bytes.Length, Protocol.Length);

        if (!bytes[..begun].SequenceEqual(Protocol[..begun]))
        {
            return AnswerHeadStatus.Malformed;
        }

        var end = bytes.IndexOf("\r\n\r\n"u8);

        if (end < 0)
        {
            return bytes.Length >= MaxBytes ? AnswerHeadStatus.Malformed : AnswerHeadStatus.Incomplete;
        }

        consumed = end + 4;

        return consumed <= MaxBytes && TryParseLines(bytes[Protocol.Length..end], out head) ? AnswerHeadStatus.Complete : AnswerHeadStatus.Malformed;
    }

    private static bool TryParseLines(ReadOnlySpan<byte> lines, out AnswerHead head)
    {
        head = default;
        var fields = new Fields { KeepsAlive = true };
        var isFirst = true;

        while (!lines.IsEmpty || isFirst)
        {
            var end = lines.IndexOf("\r\n"u8);
            var line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? [] : lines[(end + 2)..];

            if (line.ContainsAny((byte)'\r', (byte)'\n', (byte)0) || !(isFirst ? TryReadStatus(line, ref fields) : TryReadField(line, ref fields)))
            {
                return false;
            }

            isFirst = false;
        }

        if (fields.Length is not null && fields.IsChunked)
        {
            return false;
        }

        var hasNone = fields.Status is < StatusCodes.Status200OK or StatusCodes.Status204NoContent or StatusCodes.Status304NotModified;

        // A body that ends where the connection does could end anywhere: a worker never sends one.
        if (!hasNone && fields.Length is null && !fields.IsChunked)
        {
            return false;
        }

        head = new AnswerHead(fields.Status, hasNone ? 0 : fields.Length, fields.KeepsAlive, fields.IsEvents, fields.RetryAfter);
        return true;
    }

    private static bool TryReadStatus(ReadOnlySpan<byte> line, ref Fields fields)
    {
        if (line.Length < 3 || (line.Length > 3 && line[3] != ' ') || !TryReadNumber(line[..3], out var status) || status is < 100 or StatusCodes.Status101SwitchingProtocols)
        {
            return false;
        }

        fields.Status = (int)status;
        return true;
    }

    private static bool TryReadField(ReadOnlySpan<byte> line, ref Fields fields)
    {
        var colon = line.IndexOf((byte)':');

        if (colon <= 0 || line[..colon].ContainsAnyExcept(NameBytes))
        {
            return false;
        }

        var name = line[..colon];
        var value = line[(colon + 1)..].Trim(" \t"u8);

        if (Is(name, "Content-Length"))
        {
            var isFirst = fields.Length is null;
            var isNumber = TryReadNumber(value, out var length);
            fields.Length = length;
            return isFirst && isNumber;
        }

        if (Is(name, "Transfer-Encoding"))
        {
            var isFirst = !fields.IsChunked;
            fields.IsChunked = true;
            return isFirst && Is(value, "chunked");
        }

        if (Is(name, "Connection"))
        {
            fields.KeepsAlive &= Is(value, "keep-alive");
        }
        else if (Is(name, "Content-Type"))
        {
            var semicolon = value.IndexOf((byte)';');
            fields.IsEvents = Is((semicolon < 0 ? value : value[..semicolon]).TrimEnd(" \t"u8), EventsContentType);
        }
        else if (Is(name, "Retry-After") && TryReadNumber(value, out var seconds) && seconds <= int.MaxValue)
        {
            fields.RetryAfter = TimeSpan.FromSeconds(seconds);
        }

        return true;
    }

    private static bool Is(ReadOnlySpan<byte> text, string word) => Ascii.EqualsIgnoreCase(text, word);

    /// <summary>Digits and nothing else.</summary>
    private static bool TryReadNumber(ReadOnlySpan<byte> text, out long number)
    {
        number = 0;

        return text.Length is > 0 and <= MostDigits
            && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && Utf8Parser.TryParse(text, out number, out _);
    }

    private ref struct Fields
    {
        public int Status;
        public long? Length;
        public bool IsChunked;
        public bool KeepsAlive;
        public bool IsEvents;
        public TimeSpan? RetryAfter;
    }
}
