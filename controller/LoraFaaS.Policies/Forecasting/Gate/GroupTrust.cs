namespace LoraFaaS.Policies.Forecasting.Gate;

/// <summary>
/// Whom functions alike believe: grouped by how many of the last 240 minutes were active, which is what a predictor's use depends on most. A
/// function without scores of its own begins with its group's trust.
/// </summary>
public sealed class GroupTrust
{
    private static readonly int[] Bounds = [0, 3, 15, 60, 180];

    private readonly GateTrust[] _groups = [.. Enumerable.Range(0, Bounds.Length + 1).Select(_ => new GateTrust())];

    public GateTrust Of(ArrivalHistory history) => _groups[GroupOf(history)];

    /// <summary>Means over the functions that have scores; a group without any keeps what it had.</summary>
    public void Gather(IReadOnlyList<FunctionTrack> tracks)
    {
        Span<int> members = stackalloc int[_groups.Length];
        var sums = new double[_groups.Length][];

        foreach (var track in tracks)
        {
            if (track.Scores.Count(ForecastHorizon.FifteenMinutes) > 0)
            {
                var group = GroupOf(track.History);
                members[group]++;
                VectorAdd(track.Scores.Trust.All, sums[group] ??= new double[track.Scores.Trust.All.Length]);
            }
        }

        for (var group = 0; group < _groups.Length; group++)
        {
            for (var i = 0; members[group] > 0 && i < sums[group].Length; i++)
            {
                _groups[group].All[i] = sums[group][i] / members[group];
            }
        }
    }

    private static int GroupOf(ArrivalHistory history)
    {
        var active = history.ActiveOf(240);
        var group = 0;

        while (group < Bounds.Length && active > Bounds[group])
        {
            group++;
        }

        return group;
    }

    private static void VectorAdd(ReadOnlySpan<double> from, Span<double> into)
    {
        for (var i = 0; i < into.Length; i++)
        {
            into[i] += from[i];
        }
    }
}
