using System.Text;
using LoraFaaS.Engine.Grammars.Graphs;
using LoraFaaS.Engine.Grammars.Json;

namespace LoraFaaS.Engine.Grammars.Schemas;

/// <summary>
/// A property name that is none of the given ones: a tree of their letters, left at the first that differs. Written without escapes, since
/// an escape would be another spelling of a letter.
/// </summary>
internal sealed class OtherNames(GraphBuilder graph, JsonRules json)
{
    public int Build(IReadOnlyList<string> names, int next)
    {
        var close = json.Byte('"', next);
        var rest = graph.Loop(after => graph.Call(json.RawCharacter, after), close);
        var runes = names.Select(name => name.EnumerateRunes().ToArray()).ToList();
        return json.Byte('"', After(runes, 0, close, rest));
    }

    /// <param name="names">Those that begin with the letters taken so far.</param>
    /// <param name="depth">How many letters that is.</param>
    /// <param name="close">Ends the name.</param>
    /// <param name="rest">Any more letters, and the end.</param>
    private int After(List<Rune[]> names, int depth, int close, int rest)
    {
        var choices = new List<int>();
        var taken = new SortedSet<int> { '"', '\\' };

        if (names.TrueForAll(name => name.Length != depth))
        {
            choices.Add(close);
        }

        foreach (var group in names.Where(name => name.Length > depth).GroupBy(name => name[depth]))
        {
            var bytes = JsonSpelling.Escape(group.Key.Value) is null ? Encoding.UTF8.GetBytes(group.Key.ToString()) : [];
            taken.Add(group.Key.Value);

            if (bytes.Length > 0)
            {
                choices.Add(graph.Bytes(bytes, After([.. group], depth + 1, close, rest)));
            }
        }

        choices.Add(json.BuildRanges(Gaps(taken).SelectMany(gap => Utf8Ranges.Split(gap.Low, gap.High)), rest));
        return graph.Choice([.. choices]);
    }

    private static IEnumerable<(int Low, int High)> Gaps(SortedSet<int> taken)
    {
        var low = 0x20;

        foreach (var letter in taken.Where(letter => letter >= 0x20))
        {
            yield return (low, letter - 1);
            low = letter + 1;
        }

        yield return (low, 0x10FFFF);
    }
}
