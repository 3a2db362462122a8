using LoraFaaS.Checkpoints.Templates.Values;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>Values as sequences. A text's items are its characters (code points), as in Python.</summary>
internal static class Sequences
{
    /// <summary>What a loop over the value sees.</summary>
    public static IReadOnlyList<TemplateValue> Items(TemplateValue value, Work work)
    {
        switch (value)
        {
            case ListValue list:
                return list.Items;

            case MapValue map:
                work.MakeItems(map.Entries.Count);
                return [.. map.Entries.Keys.Select(map.KeyText)];

            case TextValue text:
                work.MakeItems(text.Value.Length);
                return Characters(text);

            case UndefinedValue:
                return [];

            default:
                throw RenderException.Wrong($"{value.Kind} cannot be looped over");
        }
    }

    public static long Length(TemplateValue value) => value switch
    {
        TextValue text => CountCharacters(text.Value),
        ListValue list => list.Items.Count,
        MapValue map => map.Entries.Count,
        UndefinedValue => 0,
        _ => throw RenderException.Wrong($"{value.Kind} has no length"),
    };

    public static TemplateValue Index(TemplateValue target, long index)
    {
        switch (target)
        {
            case ListValue list:
                var place = index < 0 ? index + list.Items.Count : index;
                return place >= 0 && place < list.Items.Count ? list.Items[(int)place] : new UndefinedValue("index out of range");

            case TextValue text:
                var characters = Boundaries(text.Value);
                var count = characters.Length - 1;
                var at = index < 0 ? index + count : index;
                return at >= 0 && at < count
                    ? text.Slice(characters[at], characters[at + 1] - characters[at])
                    : new UndefinedValue("index out of range");

            default:
                throw RenderException.Wrong($"{target.Kind} has no places");
        }
    }

    /// <summary>Python's <c>target[start:stop:step]</c>.</summary>
    public static TemplateValue Slice(TemplateValue target, long? start, long? stop, long step, Work work)
    {
        if (step == 0)
        {
            throw RenderException.Wrong("a slice's step must not be zero");
        }

        switch (target)
        {
            case ListValue list:
                work.MakeItems(list.Items.Count);
                return new ListValue([.. Places(list.Items.Count, start, stop, step).Select(i => list.Items[i])], list.IsTuple);

            case TextValue text:
                work.Make(text.Value.Length);
                return SliceText(text, start, stop, step);

            default:
                throw RenderException.Wrong($"{target.Kind} cannot be sliced");
        }
    }

    private static TextValue SliceText(TextValue text, long? start, long? stop, long step)
    {
        var bounds = Boundaries(text.Value);
        var places = Places(bounds.Length - 1, start, stop, step);
        if (step == 1)
        {
            var taken = places.ToList();
            return taken.Count == 0 ? TextValue.Empty : text.Slice(bounds[taken[0]], bounds[taken[^1] + 1] - bounds[taken[0]]);
        }

        var output = new TextBuilder();
        foreach (var place in places)
        {
            output.Append(text.Slice(bounds[place], bounds[place + 1] - bounds[place]));
        }

        return output.ToText();
    }

    private static IEnumerable<int> Places(int count, long? start, long? stop, long step)
    {
        var (low, high) = step > 0 ? (0L, (long)count) : (-1L, count - 1L);
        var at = start is { } s ? Math.Clamp(s < 0 ? s + count : s, low, high) : step > 0 ? 0 : count - 1;
        var end = stop is { } e ? Math.Clamp(e < 0 ? e + count : e, low, high) : step > 0 ? count : -1;

        for (; step > 0 ? at < end : at > end; at += step)
        {
            yield return (int)at;
        }
    }

    private static List<TemplateValue> Characters(TextValue text)
    {
        var items = new List<TemplateValue>(text.Value.Length);
        var at = 0;
        foreach (var rune in text.Value.EnumerateRunes())
        {
            items.Add(text.Slice(at, rune.Utf16SequenceLength));
            at += rune.Utf16SequenceLength;
        }

        return items;
    }

    private static long CountCharacters(string text)
    {
        var count = 0L;
        foreach (var c in text)
        {
            count += char.IsLowSurrogate(c) ? 0 : 1;
        }

        return count;
    }

    /// <summary>Where each character starts, and the end.</summary>
    private static int[] Boundaries(string text)
    {
        var bounds = new List<int>(text.Length + 1);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bounds.Add(at);
            at += rune.Utf16SequenceLength;
        }

        bounds.Add(at);
        return [.. bounds];
    }
}
