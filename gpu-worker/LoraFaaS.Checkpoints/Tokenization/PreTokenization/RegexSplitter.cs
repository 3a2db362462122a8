using System.Text.RegularExpressions;

namespace LoraFaaS.Checkpoints.Tokenization.PreTokenization;

/// <summary>
/// Finds matches of a pattern over whole characters. .NET matches UTF-16 units, where half an emoji is no letter, no number and
/// no symbol; so a text with surrogate pairs is matched in a copy where each pair stands as one character of the same category.
/// </summary>
internal sealed class RegexSplitter(Regex regex)
{
    public List<Stretch> Find(ReadOnlySpan<char> text) =>
        text.ContainsAnyInRange('\uD800', '\uDFFF') ? FindInStandIn(text) : Find(text, null);

    private List<Stretch> FindInStandIn(ReadOnlySpan<char> text)
    {
        var standIn = new char[text.Length];
        var starts = new int[text.Length + 1];
        var count = 0;
        var at = 0;

        foreach (var rune in text.EnumerateRunes())
        {
            starts[count] = at;
            standIn[count++] = rune.IsBmp ? (char)rune.Value : StandIns.For(rune);
            at += rune.Utf16SequenceLength;
        }

        starts[count] = at;
        return Find(standIn.AsSpan(0, count), starts);
    }

    private List<Stretch> Find(ReadOnlySpan<char> text, int[]? starts)
    {
        var stretches = new List<Stretch>();
        var done = 0;
        foreach (var match in regex.EnumerateMatches(text))
        {
            if (match.Length == 0)
            {
                continue;
            }

            Add(stretches, starts, done, match.Index, isMatch: false);
            Add(stretches, starts, match.Index, match.Index + match.Length, isMatch: true);
            done = match.Index + match.Length;
        }

        Add(stretches, starts, done, text.Length, isMatch: false);
        return stretches;
    }

    private static void Add(List<Stretch> stretches, int[]? starts, int start, int end, bool isMatch)
    {
        if (start < end)
        {
            stretches.Add(new(starts?[start] ?? start, starts?[end] ?? end, isMatch));
        }
    }
}
