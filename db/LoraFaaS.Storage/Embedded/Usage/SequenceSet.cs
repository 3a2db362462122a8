using System.Collections.Immutable;

namespace LoraFaaS.Storage.Embedded.Usage;

/// <summary>
/// The sequence numbers of one worker that are stored, as sorted ranges that do not touch. A worker counts up, so there is one range
/// as a rule, and one more for each gap.
/// </summary>
internal sealed class SequenceSet(ImmutableArray<SequenceRange> ranges)
{
    public static readonly SequenceSet Empty = new([]);

    public ImmutableArray<SequenceRange> Ranges { get; } = ranges;

    public bool Contains(ulong sequence)
    {
        var index = IndexOfLastStartingAtOrBefore(sequence);

        return index >= 0 && Ranges[index].Last >= sequence;
    }

    /// <summary>Adds numbers of which none is contained yet.</summary>
    public SequenceSet Add(SequenceRange added)
    {
        var before = IndexOfLastStartingAtOrBefore(added.First);
        var at = before + 1;
        var joinsBefore = before >= 0 && Ranges[before].Last + 1 == added.First;
        var joinsAfter = at < Ranges.Length && added.Last + 1 == Ranges[at].First;

        var joined = new SequenceRange(joinsBefore ? Ranges[before].First : added.First, joinsAfter ? Ranges[at].Last : added.Last);
        var result = Ranges.ToBuilder();

        if (joinsAfter)
        {
            result.RemoveAt(at);
        }

        if (joinsBefore)
        {
            result[before] = joined;
        }
        else
        {
            result.Insert(at, joined);
        }

        return new SequenceSet(result.ToImmutable());
    }

    /// <summary>Sorted distinct numbers as ranges.</summary>
    public static List<SequenceRange> Compact(IEnumerable<ulong> ascending)
    {
        var ranges = new List<SequenceRange>();

        foreach (var sequence in ascending)
        {
            if (ranges is [.., var last] && last.Last + 1 == sequence)
            {
                ranges[^1] = last with { Last = sequence };
            }
            else
            {
                ranges.Add(new SequenceRange(sequence, sequence));
            }
        }

        return ranges;
    }

    private int IndexOfLastStartingAtOrBefore(ulong sequence)
    {
        var (low, high) = (0, Ranges.Length);

        while (low < high)
        {
            var middle = (low + high) / 2;

            if (Ranges[middle].First <= sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }
}
