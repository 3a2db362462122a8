using System.Diagnostics;

namespace LoraFaaS.Checkpoints.Tokenization.PreTokenization;

/// <summary>Turns the stretches of a piece into parts, as a <see cref="SplitBehavior"/> asks.</summary>
internal static class Stretches
{
    public static void Cut(ReadOnlyMemory<char> piece, List<Stretch> stretches, SplitBehavior behavior, List<ReadOnlyMemory<char>> parts)
    {
        switch (behavior)
        {
            case SplitBehavior.Isolated:
                stretches.ForEach(s => parts.Add(piece[s.Start..s.End]));
                break;

            case SplitBehavior.Removed:
                stretches.ForEach(s =>
                {
                    if (!s.IsMatch)
                    {
                        parts.Add(piece[s.Start..s.End]);
                    }
                });
                break;

            case SplitBehavior.Contiguous:
                Join(piece, stretches, (left, right) => left.IsMatch == right.IsMatch, parts);
                break;

            // A match joins what lies before it (after it), unless that is a match too.
            case SplitBehavior.MergedWithPrevious:
                Join(piece, stretches, (left, right) => right.IsMatch && !left.IsMatch, parts);
                break;

            case SplitBehavior.MergedWithNext:
                Join(piece, stretches, (left, right) => left.IsMatch && !right.IsMatch, parts);
                break;

            default:
                throw new UnreachableException();
        }
    }

    private static void Join(ReadOnlyMemory<char> piece, List<Stretch> stretches, Func<Stretch, Stretch, bool> joins, List<ReadOnlyMemory<char>> parts)
    {
        for (var i = 0; i < stretches.Count;)
        {
            var start = stretches[i].Start;
            while (i + 1 < stretches.Count && joins(stretches[i], stretches[i + 1]))
            {
                i++;
            }

            parts.Add(piece[start..stretches[i].End]);
            i++;
        }
    }
}
