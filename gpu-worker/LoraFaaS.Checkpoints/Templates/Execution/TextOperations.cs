using System.Buffers;
using System.Text;
using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>Python's string operations, keeping each character's mark.</summary>
internal static class TextOperations
{
    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    public static TextValue Strip(TextValue text, string? characters, bool atStart, bool atEnd)
    {
        var start = 0;
        var end = text.Value.Length;
        while (atStart && start < end && Strips(text.Value[start], characters))
        {
            start++;
        }

        while (atEnd && end > start && Strips(text.Value[end - 1], characters))
        {
            end--;
        }

        return text.Slice(start, end - start);
    }

    public static ListValue Split(TextValue text, string? separator, int max, Work work)
    {
        work.Make(text.Value.Length);
        if (separator is null)
        {
            return SplitAtSpaces(text, max);
        }

        if (separator.Length == 0)
        {
            throw RenderException.Wrong("a separator must not be empty");
        }

        var parts = new List<TemplateValue>();
        var start = 0;
        for (var at = Next(text, separator, 0); at >= 0 && (max < 0 || parts.Count < max); at = Next(text, separator, start))
        {
            parts.Add(text.Slice(start, at - start));
            start = at + separator.Length;
        }

        parts.Add(text.Slice(start, text.Value.Length - start));
        return new ListValue(parts);
    }

    public static ListValue SplitFromEnd(TextValue text, string? separator, int max, Work work)
    {
        if (separator is null || max < 0)
        {
            return max < 0 ? Split(text, separator, max, work) : throw RenderException.Wrong("rsplit needs a separator where it has a limit");
        }

        work.Make(text.Value.Length);
        var parts = new List<TemplateValue>();
        var end = text.Value.Length;
        while (parts.Count < max && end > 0 && text.Value.AsSpan(0, end).LastIndexOf(separator) is >= 0 and var at)
        {
            parts.Add(text.Slice(at + separator.Length, end - at - separator.Length));
            end = at;
        }

        parts.Add(text.Slice(0, end));
        parts.Reverse();
        return new ListValue(parts);
    }

    public static ListValue SplitLines(TextValue text, bool keepsEnds, Work work)
    {
        work.Make(text.Value.Length);
        var parts = new List<TemplateValue>();
        for (var start = 0; start < text.Value.Length;)
        {
            var end = text.Value.AsSpan(start).IndexOfAny(LineEnds) is >= 0 and var offset
                ? start + offset
                : text.Value.Length;
            var next = end == text.Value.Length ? end : text.Value.AsSpan(end).StartsWith("\r\n") ? end + 2 : end + 1;
            parts.Add(text.Slice(start, (keepsEnds ? next : end) - start));
            start = next;
        }

        return new ListValue(parts);
    }

    public static TextValue Replace(TextValue text, TextValue old, TextValue by, int max, Work work)
    {
        if (old.Value.Length == 0)
        {
            throw RenderException.Wrong("what is replaced must not be empty");
        }

        var output = new TextBuilder();
        var start = 0;
        for (var done = 0; (max < 0 || done < max) && Next(text, old.Value, start) is >= 0 and var at; done++)
        {
            work.Make(at - start + by.Value.Length);
            output.Append(text.Slice(start, at - start));
            output.Append(by);
            start = at + old.Value.Length;
        }

        if (start == 0)
        {
            return text;
        }

        output.Append(text.Slice(start, text.Value.Length - start));
        return output.ToText();
    }

    public static TextValue Join(TextValue separator, IEnumerable<TextValue> parts, Work work)
    {
        var output = new TextBuilder();
        var isFirst = true;
        foreach (var part in parts)
        {
            work.Make(part.Value.Length + separator.Value.Length);
            if (!isFirst)
            {
                output.Append(separator);
            }

            output.Append(part);
            isFirst = false;
        }

        return output.ToText();
    }

    public static TextValue Upper(TextValue text) => text.Map(t => t.ToUpperInvariant());

    public static TextValue Lower(TextValue text) => text.Map(t => t.ToLowerInvariant());

    public static TextValue Capitalize(TextValue text) =>
        text.Map(t => t.Length == 0 ? t : char.ToUpperInvariant(t[0]) + t[1..].ToLowerInvariant());

    /// <summary>Python's method: a word begins after anything that is no letter.</summary>
    public static TextValue Title(TextValue text) => Title(text, c => !char.IsLetter(c));

    /// <summary>Jinja's filter: a word begins after white space, a hyphen or an opening bracket.</summary>
    public static TextValue TitleWords(TextValue text) => Title(text, c => char.IsWhiteSpace(c) || c is '-' or '(' or '{' or '[' or '<');

    /// <summary>Every line but the first (or all) begins with the indentation; empty lines do not, unless asked.</summary>
    public static TextValue Indent(TextValue text, TextValue indentation, bool first, bool blank, Work work)
    {
        var lines = Split(text, "\n", -1, work).Items.Cast<TextValue>().ToList();
        return Join(
            TextValue.Trusted("\n"),
            lines.Select((line, i) => (i == 0 ? first : blank || line.Value.Length > 0) ? indentation.Concat(line) : line),
            work);
    }

    public static bool HasCase(string text, Func<char, bool> isCase, Func<char, bool> isOther) => text.Any(isCase) && !text.Any(isOther);

    private static ListValue SplitAtSpaces(TextValue text, int max)
    {
        var parts = new List<TemplateValue>();
        for (var at = 0; ;)
        {
            while (at < text.Value.Length && char.IsWhiteSpace(text.Value[at]))
            {
                at++;
            }

            if (at == text.Value.Length)
            {
                return new ListValue(parts);
            }

            if (max >= 0 && parts.Count == max)
            {
                parts.Add(text.Slice(at, text.Value.Length - at));
                return new ListValue(parts);
            }

            var start = at;
            while (at < text.Value.Length && !char.IsWhiteSpace(text.Value[at]))
            {
                at++;
            }

            parts.Add(text.Slice(start, at - start));
        }
    }

    private static TextValue Title(TextValue text, Func<char, bool> precedesWord) => text.Map(t =>
    {
        var output = new StringBuilder(t.Length);
        var isInWord = false;
        foreach (var c in t)
        {
            output.Append(isInWord ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
            isInWord = !precedesWord(c);
        }

        return output.ToString();
    });

    private static bool Strips(char c, string? characters) =>
        characters is null ? char.IsWhiteSpace(c) : characters.Contains(c, StringComparison.Ordinal);

    private static int Next(TextValue text, string part, int from) => text.Value.IndexOf(part, from, StringComparison.Ordinal);
}
