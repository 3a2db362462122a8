using LoraFaaS.Contracts.Admin;

namespace LoraFaaS.ControlPlane.Logs;

/// <summary>
/// What a log has gained between two reads. Lines have no numbers, may repeat, and come from several workers, so the longest end
/// of the earlier read that begins the later one is what was known.
/// </summary>
internal static class NewLines
{
    public static IEnumerable<LogLine> Since(IReadOnlyList<LogLine> before, IReadOnlyList<LogLine> now)
    {
        for (var dropped = 0; dropped < before.Count; dropped++)
        {
            var overlap = before.Count - dropped;

            if (overlap <= now.Count && StartsWith(now, before, dropped))
            {
                return now.Skip(overlap);
            }
        }

        return now;
    }

    private static bool StartsWith(IReadOnlyList<LogLine> now, IReadOnlyList<LogLine> before, int from)
    {
        for (var i = 0; from + i < before.Count; i++)
        {
            if (now[i] != before[from + i])
            {
                return false;
            }
        }

        return true;
    }
}
