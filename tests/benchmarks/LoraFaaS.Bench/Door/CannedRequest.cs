using System.Buffers.Text;
using System.Text;

namespace LoraFaaS.Bench.Door;

/// <summary>Finds the end of a request for a generation: pure, bytes to length. Of what HTTP/1.1 allows it takes what the doors here send, a body of a length told before, and refuses the rest.</summary>
internal static class CannedRequest
{
    private static ReadOnlySpan<byte> Start => "POST /v1/generate HTTP/1.1\r\n"u8;

    /// <summary>Bytes of the request that <paramref name="bytes"/> begin with; 0: it has not all come.</summary>
    /// <exception cref="InvalidDataException">It is no request for a generation, or its body's length is not told.</exception>
    public static int Length(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);

        if (end < 0)
        {
            return 0;
        }

        if (!bytes.StartsWith(Start))
        {
            throw new InvalidDataException($"No request for a generation: {Encoding.ASCII.GetString(bytes[..bytes.IndexOf("\r\n"u8)])}");
        }

        var whole = end + 4 + BodyLength(bytes[Start.Length..(end + 2)]);
        return whole <= bytes.Length ? whole : 0;
    }

    private static int BodyLength(ReadOnlySpan<byte> fields)
    {
        while (!fields.IsEmpty)
        {
            var line = fields[..fields.IndexOf("\r\n"u8)];
            fields = fields[(line.Length + 2)..];
            var colon = line.IndexOf((byte)':');

            if (colon > 0 && Ascii.EqualsIgnoreCase(line[..colon], "Content-Length") && Utf8Parser.TryParse(line[(colon + 1)..].Trim((byte)' '), out int length, out _))
            {
                return length;
            }
        }

        throw new InvalidDataException("A request whose body's length is not told.");
    }
}
