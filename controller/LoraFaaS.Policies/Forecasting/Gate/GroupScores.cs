namespace LoraFaaS.Policies.Forecasting.Gate;

/// <summary>
/// Scores of functions alike: grouped by how many of the last 240 minutes were active, which is what a predictor's use depends on most. A function
/// with few scores of its own, or new ones in a quiet hour, is judged by its group's.
/// </summary>
public sealed class GroupScores
{
    private static readonly int[] Bounds = [0, 3, 15, 60, 180];

    private readonly GateScores[] _groups = [.. Enumerable.Range(0, Bounds.Length + 1).Select(_ => new GateScores())];

    public GateScores Of(ArrivalHistory history)
    {
        var active = history.ActiveOf(240);
        var group = 0;

        while (group < Bounds.Length && active > Bounds[group])
        {
            group++;
        }

        return _groups[group];
    }

    /// <summary>Gathers anew what the functions' scores are now.</summary>
    public void Gather(IReadOnlyList<FunctionTrack> tracks)
    {
        foreach (var group in _groups)
        {
            group.Clear();
        }

        foreach (var track in tracks)
        {
            Of(track.History).Merge(track.Scores);
        }
    }
}
