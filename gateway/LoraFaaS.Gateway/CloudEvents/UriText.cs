using System.Buffers;

namespace LoraFaaS.Gateway.CloudEvents;

/// <summary>URI references as RFC 3986 spells them; <see cref="Uri"/> repairs what it is given and so accepts nearly everything.</summary>
internal static class UriText
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%");

    public static bool IsReference(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.ContainsAnyExcept(Allowed))
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && !(i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2])))
            {
                return false;
            }
        }

        // A fragment begins once; a first segment with a colon is a scheme, which begins with a letter.
        return text.Count('#') <= 1 && (SchemeLength(text) is var scheme && (scheme < 0 || (scheme > 0 && char.IsAsciiLetter(text[0]))));
    }

    public static bool IsAbsolute(ReadOnlySpan<char> text) => IsReference(text) && SchemeLength(text) > 0;

    /// <summary>-1: there is no scheme.</summary>
    private static int SchemeLength(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        return colon < 0 || text[..colon].ContainsAny("/?#") ? -1 : colon;
    }
}
