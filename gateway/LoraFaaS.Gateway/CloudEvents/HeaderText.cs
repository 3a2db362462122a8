using System.Globalization;
using System.Text;

namespace LoraFaaS.Gateway.CloudEvents;

/// <summary>Attribute values in headers (HTTP binding, section 3.1.3.2): percent-encoded where a header could not carry them.</summary>
internal static class HeaderText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);

        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            if (value is > 0x20 and < 0x7F and not ((byte)'"' or (byte)'%'))
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }

        return encoded.ToString();
    }

    /// <summary>Undoes double quotes, then one round of percent-encoding. False: what comes out is not UTF-8, or a percent sign begins nothing.</summary>
    public static bool TryDecode(string header, out string text)
    {
        text = "";
        var plain = Unquote(header.Trim());
        var bytes = new byte[plain.Length];
        var count = 0;

        for (var i = 0; i < plain.Length; i++)
        {
            if (plain[i] is < ' ' or > '~')
            {
                return false;
            }

            if (plain[i] != '%')
            {
                bytes[count++] = (byte)plain[i];
                continue;
            }

            if (i + 2 >= plain.Length || !byte.TryParse(plain.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                return false;
            }

            bytes[count++] = value;
            i += 2;
        }

        try
        {
            text = Strict.GetString(bytes, 0, count);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>An HTTP quoted string (RFC 9110, 5.6.4): a backslash takes the next character as it is.</summary>
    private static string Unquote(string header)
    {
        if (header.Length < 2 || header[0] != '"' || header[^1] != '"')
        {
            return header;
        }

        var plain = new StringBuilder(header.Length);

        for (var i = 1; i < header.Length - 1; i++)
        {
            if (header[i] == '\\' && i + 1 < header.Length - 1)
            {
                i++;
            }

            plain.Append(header[i]);
        }

        return plain.ToString();
    }
}
