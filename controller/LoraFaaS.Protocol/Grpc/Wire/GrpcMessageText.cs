using System.Buffers;
using System.Text;

namespace LoraFaaS.Protocol.Grpc.Wire;

/// <summary>The percent-encoding of <c>grpc-message</c>: UTF-8, with every byte outside space to tilde, and the percent sign, as %XX.</summary>
internal static class GrpcMessageText
{
    /// <summary>A header block has a limit of its own (Kestrel: 32 kB); what does not fit a message belongs into the log.</summary>
    private const int LongestBytes = 4_096;

    public static string Encode(string message)
    {
        var bytes = Encoding.UTF8.GetBytes(message);
        var text = new StringBuilder(bytes.Length + 16);

        foreach (var b in bytes.AsSpan(0, Math.Min(bytes.Length, LongestBytes)))
        {
            if (b is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
            {
                text.Append((char)b);
            }
            else
            {
                text.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }

    /// <summary>Never fails: what is no valid escape is taken as it stands, as the specification asks.</summary>
    public static string Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var bytes = new ArrayBufferWriter<byte>(text.Length);

        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes.Write([Convert.FromHexString(text.AsSpan(i + 1, 2))[0]]);
                i += 2;
            }
            else
            {
                Encoding.UTF8.GetBytes(text.AsSpan(i, 1), bytes);
            }
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
