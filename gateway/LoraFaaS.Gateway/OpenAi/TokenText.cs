using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>A single token's bytes as text. A token may end inside a character: OpenAI writes such as <c>bytes:\xe2\x80</c>.</summary>
internal static class TokenText
{
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var text = new StringBuilder("bytes:");

        foreach (var value in bytes)
        {
            text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
        }

        return text.ToString();
    }

    public static int[] BytesOf(ReadOnlySpan<byte> bytes)
    {
        var values = new int[bytes.Length];

        for (var i = 0; i < bytes.Length; i++)
        {
            values[i] = bytes[i];
        }

        return values;
    }
}
