using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>Methods of strings.</summary>
internal static class TextMethods
{
    public static Func<Arguments, TemplateValue>? Find(TextValue text, string name, Work work) => name switch
    {
        "strip" => a => TextOperations.Strip(text, a.TextOrNull(0, "chars")?.Value, atStart: true, atEnd: true),
        "lstrip" => a => TextOperations.Strip(text, a.TextOrNull(0, "chars")?.Value, atStart: true, atEnd: false),
        "rstrip" => a => TextOperations.Strip(text, a.TextOrNull(0, "chars")?.Value, atStart: false, atEnd: true),
        "startswith" => a => FlagValue.Of(Any(a, p => text.Value.StartsWith(p, StringComparison.Ordinal))),
        "endswith" => a => FlagValue.Of(Any(a, p => text.Value.EndsWith(p, StringComparison.Ordinal))),
        "split" => a => TextOperations.Split(text, a.TextOrNull(0, "sep")?.Value, a.Int32(1, "maxsplit", -1), work),
        "rsplit" => a => TextOperations.SplitFromEnd(text, a.TextOrNull(0, "sep")?.Value, a.Int32(1, "maxsplit", -1), work),
        "splitlines" => a => TextOperations.SplitLines(text, a.Flag(0, "keepends", otherwise: false), work),
        "replace" => a => TextOperations.Replace(text, a.Text(0, "old"), a.Text(1, "new"), a.Int32(2, "count", -1), work),
        "join" => a => TextOperations.Join(text, Sequences.Items(a.Get(0, "iterable"), work).Select(Part), work),
        "upper" => _ => TextOperations.Upper(text),
        "lower" => _ => TextOperations.Lower(text),
        "title" => _ => TextOperations.Title(text),
        "capitalize" => _ => TextOperations.Capitalize(text),
        "find" => a => Place(text, text.Value.IndexOf(a.Text(0, "sub").Value, StringComparison.Ordinal)),
        "rfind" => a => Place(text, text.Value.LastIndexOf(a.Text(0, "sub").Value, StringComparison.Ordinal)),
        "count" => a => Count(text, a.Text(0, "sub").Value, work),
        "removeprefix" => a => a.Text(0, "prefix").Value is var p && text.Value.StartsWith(p, StringComparison.Ordinal)
            ? text.Slice(p.Length, text.Value.Length - p.Length)
            : text,
        "removesuffix" => a => a.Text(0, "suffix").Value is var s && s.Length > 0 && text.Value.EndsWith(s, StringComparison.Ordinal)
            ? text.Slice(0, text.Value.Length - s.Length)
            : text,
        "isdigit" => _ => FlagValue.Of(text.Value.Length > 0 && text.Value.All(char.IsDigit)),
        "isalpha" => _ => FlagValue.Of(text.Value.Length > 0 && text.Value.All(char.IsLetter)),
        "isalnum" => _ => FlagValue.Of(text.Value.Length > 0 && text.Value.All(char.IsLetterOrDigit)),
        "isspace" => _ => FlagValue.Of(text.Value.Length > 0 && text.Value.All(char.IsWhiteSpace)),
        "isupper" => _ => FlagValue.Of(TextOperations.HasCase(text.Value, char.IsUpper, char.IsLower)),
        "islower" => _ => FlagValue.Of(TextOperations.HasCase(text.Value, char.IsLower, char.IsUpper)),
        _ => null,
    };

    private static TextValue Part(TemplateValue item) =>
        item as TextValue ?? throw RenderException.Wrong($"only strings can be joined, and one item is {item.Kind}");

    /// <summary>One string, or any of a tuple.</summary>
    private static bool Any(Arguments arguments, Func<string, bool> matches) => arguments.Get(0, "prefix") switch
    {
        TextValue one => matches(one.Value),
        ListValue { IsTuple: true } several => several.Items.Any(i => i is TextValue text && matches(text.Value)),
        var other => throw RenderException.Wrong($"a string or a tuple of strings was due, and {other.Kind} came"),
    };

    private static WholeValue Count(TextValue text, string part, Work work)
    {
        work.Make(text.Value.Length);
        if (part.Length == 0)
        {
            return new WholeValue(Sequences.Length(text) + 1);
        }

        var count = 0;
        for (var at = text.Value.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.Value.IndexOf(part, at + part.Length, StringComparison.Ordinal))
        {
            count++;
        }

        return new WholeValue(count);
    }

    /// <summary>A place counted in characters; -1 stays.</summary>
    private static WholeValue Place(TextValue text, int at) => new(at < 0 ? -1 : Sequences.Length(text.Slice(0, at)));
}
