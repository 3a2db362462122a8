using System.Globalization;
using System.Text;

namespace LoraFaaS.Checkpoints.Templates.Syntax;

/// <summary>A string in Python's spelling.</summary>
internal static class StringLiteral
{
    /// <param name="start">Where the opening quote is.</param>
    /// <returns>The string's value, and how long it is in the source with its quotes.</returns>
    public static (string Text, int Length) Read(string source, int start, int line)
    {
        var text = new StringBuilder();
        for (var at = start + 1; at < source.Length; at++)
        {
            if (source[at] == source[start])
            {
                return (text.ToString(), at + 1 - start);
            }

            if (source[at] == '\\')
            {
                at += Escape(source, at, line, text);
            }
            else
            {
                text.Append(source[at]);
            }
        }

        throw TemplateSyntax.Error(line, "a string is not closed");
    }

    /// <summary>Returns how many characters beyond the backslash were taken.</summary>
    private static int Escape(string source, int at, int line, StringBuilder text)
    {
        var kind = at + 1 < source.Length ? source[at + 1] : throw TemplateSyntax.Error(line, "a string is not closed");
        if (kind is 'x' or 'u' or 'U')
        {
            return Code(source, at, kind switch { 'x' => 2, 'u' => 4, _ => 8 }, line, text);
        }

        _ = kind switch
        {
            'n' => text.Append('\n'),
            't' => text.Append('\t'),
            'r' => text.Append('\r'),
            'b' => text.Append('\b'),
            'f' => text.Append('\f'),
            'v' => text.Append('\v'),
            '0' => text.Append('\0'),
            '\\' or '\'' or '"' => text.Append(kind),
            '\n' => text,
            _ => text.Append('\\').Append(kind),
        };

        return 1;
    }

    private static int Code(string source, int at, int digits, int line, StringBuilder text)
    {
        if (at + 2 + digits > source.Length
            || !int.TryParse(source.AsSpan(at + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || !Rune.IsValid(code))
        {
            throw TemplateSyntax.Error(line, "a string has a bad character escape");
        }

        text.Append(new Rune(code));
        return 1 + digits;
    }
}
