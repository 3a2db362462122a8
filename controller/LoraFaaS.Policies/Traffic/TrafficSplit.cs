using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Policies.Traffic;

/// <summary>What a list of targets means. An empty list sends all calls to the newest revision.</summary>
public static class TrafficSplit
{
    /// <summary>More than anybody reads, and few enough to travel with every route.</summary>
    public const int MaxTargets = 16;

    private const int Whole = 100;
    private const int MaxLabel = 63;

    /// <summary>Revisions with a share, oldest first, each once; together 100.</summary>
    public static IReadOnlyList<TrafficShare> Shares(IReadOnlyList<TrafficTarget> targets, int newest) => targets.Count == 0
        ? [new TrafficShare(newest, Whole)]
        :
        [
            .. targets
                .GroupBy(target => target.Revision ?? newest)
                .Select(group => new TrafficShare(group.Key, group.Sum(target => target.Percent)))
                .Where(share => share.Percent > 0)
                .OrderBy(share => share.Revision),
        ];

    /// <summary>The revision with the largest share; of two as large, the newer.</summary>
    public static int Primary(IReadOnlyList<TrafficTarget> targets, int newest) =>
        Shares(targets, newest).MaxBy(share => (share.Percent, share.Revision)).Revision;

    /// <summary>Tags by revision.</summary>
    public static ILookup<int, string> Tags(IReadOnlyList<TrafficTarget> targets, int newest) =>
        targets.Where(target => target.Tag is not null).ToLookup(target => target.Revision ?? newest, target => target.Tag!);

    /// <summary>Null: a split that can serve. Otherwise the first thing wrong with it.</summary>
    public static string? Check(IReadOnlyList<TrafficTarget> targets, string function, Func<int, bool> isKnown)
    {
        if (targets.Count is 0 or > MaxTargets)
        {
            return $"a split has 1 to {MaxTargets} targets";
        }

        var tags = new HashSet<string>(StringComparer.Ordinal);

        foreach (var target in targets)
        {
            if (target.Percent is < 0 or > Whole)
            {
                return $"{target.Percent} is not a share from 0 to {Whole}";
            }

            if (target.Revision is { } number && !isKnown(number))
            {
                return $"there is no revision {number}";
            }

            if (target.Tag is { } tag && (CheckTag(tag, function) ?? (tags.Add(tag) ? null : $"the tag {tag} is given twice")) is { } wrong)
            {
                return wrong;
            }
        }

        var sum = targets.Sum(target => target.Percent);
        return sum == Whole ? null : $"the shares are {sum} together, not {Whole}";
    }

    /// <summary>A tag is part of a host's name, and no revision's number may be mistaken for it.</summary>
    private static string? CheckTag(string tag, string function)
    {
        var isLabel = tag.Length is > 0 and <= MaxLabel
            && tag.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')
            && tag[0] != '-' && tag[^1] != '-';

        if (!isLabel)
        {
            return "a tag has lower-case letters, digits and dashes, and begins and ends without a dash";
        }

        if (tag == TrafficText.Latest || RevisionName.TryParse(tag, out _))
        {
            return $"{tag} cannot be a tag: it already means a revision";
        }

        return tag.Length + 1 + function.Length > MaxLabel ? $"{tag}-{function} is longer than the {MaxLabel} characters of a host's label" : null;
    }
}
