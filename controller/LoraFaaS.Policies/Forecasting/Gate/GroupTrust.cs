namespace LoraFaaS.Policies.Forecasting.Gate;

/// <summary>
/// Whom functions alike believe: grouped by how many of the last 240 minutes were active, which is what a predictor's use depends on most. A
/// function without scores of its own begins with its group's trust, and all of a group share one <see cref="GateBlend"/>. Newcomers have no history to go by: of them the prior is believed, which is their namespace's rate,
/// until they are called in a second minute.
/// </summary>
public sealed class GroupTrust
{
    /// <summary>Until so much was seen of a function, the longest horizon, other predictors know only that it was silent before it was there,</summary>
    private const int NewMinutes = 15;

    /// <summary>or until so many of its minutes had calls: a rhythm. The prior would go on believing in its namespace's rate for hours' worth of calls.</summary>
    private const int Rhythm = 2;

    private static readonly int[] Bounds = [0, 3, 15, 60, 180];

    private readonly GateTrust[] _groups = [.. Enumerable.Range(0, Count).Select(_ => new GateTrust())];
    private readonly GateBlend[] _blends = [.. Enumerable.Range(0, Count).Select(_ => new GateBlend())];

    public GroupTrust()
    {
        var prior = _groups[Newcomers].All;
        prior.Clear();

        for (var at = (int)PredictorKind.Prior; at < prior.Length; at += GateScores.Predictors)
        {
            prior[at] = 1;
        }
    }

    internal static int Count => Bounds.Length + 2;

    internal IReadOnlyList<GateBlend> Blends => _blends;

    private static int Newcomers => Bounds.Length + 1;

    /// <summary>Nobody knows more of it than its namespace's rate.</summary>
    public static bool IsNew(ArrivalHistory history) => IsYoung(history) && history.ActiveOf(NewMinutes) + (history.OpenCalls > 0 ? 1 : 0) < Rhythm;

    /// <summary>Whom to learn from, once there is something to learn.</summary>
    public GateTrust LikeOf(ArrivalHistory history) => _groups[GroupOf(history)];

    /// <summary>Whom to believe while there are no scores.</summary>
    public GateTrust Of(ArrivalHistory history) => _groups[IsNew(history) ? Newcomers : GroupOf(history)];

    /// <summary>The young share one however often they are called: one that learnt from the silent among them alone would expect nothing of any.</summary>
    public GateBlend BlendOf(ArrivalHistory history) => _blends[IsYoung(history) ? Newcomers : GroupOf(history)];

    /// <summary>Means over the functions that have scores; a group without any keeps what it had. Blends take the step that their functions' evidence asks for.</summary>
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

            _blends[group].Settle();
        }
    }

    private static bool IsYoung(ArrivalHistory history) => history.MinutesSeen < NewMinutes;

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
