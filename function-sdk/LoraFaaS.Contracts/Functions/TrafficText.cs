using System.Globalization;

namespace LoraFaaS.Contracts.Functions;

/// <summary>
/// A split as people write it: <c>REVISION=PERCENT[@TAG]</c>, with commas or spaces between, where REVISION is <c>rev2</c>, <c>2</c> or <c>latest</c>.
/// For example <c>rev1=90@stable latest=10@next</c>.
/// </summary>
public static class TrafficText
{
    public const string Latest = "latest";

    private const int Shown = 60;

    private static readonly char[] Between = [',', ' ', '\t', '\n', '\r'];

    /// <summary>Null when it was read; otherwise what is wrong with which part. Whether the shares make a whole is not looked at here.</summary>
    public static string? Read(string text, string function, out IReadOnlyList<TrafficTarget> targets)
    {
        var read = new List<TrafficTarget>();
        targets = read;

        foreach (var part in text.Split(Between, StringSplitOptions.RemoveEmptyEntries))
        {
            if (ReadOne(part, function) is not { } target)
            {
                return $"\"{(part.Length > Shown ? part[..Shown] : part)}\" is not REVISION=PERCENT[@TAG], as in rev2=10@next or latest=100";
            }

            read.Add(target);
        }

        return read.Count == 0 ? "it names no revision" : null;
    }

    public static string Write(IEnumerable<TrafficTarget> targets) => string.Join(' ', targets.Select(target => string.Create(
        CultureInfo.InvariantCulture,
        $"{(target.Revision is { } number ? $"rev{number}" : Latest)}={target.Percent}{(target.Tag is { } tag ? "@" + tag : "")}")));

    private static TrafficTarget? ReadOne(string part, string function)
    {
        var equals = part.IndexOf('=', StringComparison.Ordinal);

        if (equals <= 0)
        {
            return null;
        }

        var (revision, rest) = (part[..equals], part[(equals + 1)..]);
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        var (percent, tag) = at < 0 ? (rest, null) : (rest[..at], rest[(at + 1)..]);
        int? number = null;

        if (revision != Latest)
        {
            if (!RevisionName.TryParse(revision, function, out var named))
            {
                return null;
            }

            number = named;
        }

        return int.TryParse(percent.TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var share)
            ? new TrafficTarget { Revision = number, Percent = share, Tag = tag }
            : null;
    }
}
