namespace LoraFaaS.Cli.Output;

/// <summary>What somebody may have meant.</summary>
internal static class Spelling
{
    /// <summary>More changes than this make another word of it.</summary>
    private const int MostChanges = 2;

    /// <summary>The known word that is fewest letters away (inserted, left out or exchanged); null where none is near.</summary>
    public static string? Nearest(string typed, ReadOnlySpan<string> known)
    {
        string? best = null;
        var bestDistance = Math.Min(MostChanges + 1, typed.Length);

        foreach (var candidate in known)
        {
            if (EditDistance(typed, candidate) is var distance && distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return best;
    }

    private static int EditDistance(string a, string b)
    {
        var row = new int[b.Length + 1];

        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;

            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? diagonal : diagonal + 1;
                diagonal = row[j];
                row[j] = Math.Min(cost, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
