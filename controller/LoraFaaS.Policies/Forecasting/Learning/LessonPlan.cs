using LoraFaaS.Policies.Forecasting.Lstm;

namespace LoraFaaS.Policies.Forecasting.Learning;

/// <summary>
/// Whose minutes are written down. Functions that were called within four hours take turns, those with a call in the last quarter of an
/// hour first: an idle function's minutes teach little and are nearly all there are.
/// </summary>
internal sealed class LessonPlan(int most)
{
    private readonly Dictionary<FunctionTrack, Lesson> _open = [];
    private readonly List<Lesson> _complete = [];

    /// <summary>Before the network steps: opens lessons with the states it steps from. The tracks whose lessons go on.</summary>
    public IReadOnlyCollection<FunctionTrack> Begin(IReadOnlyList<FunctionTrack> tracks, DateTimeOffset now)
    {
        var left = most - _open.Count;

        if (left > 0)
        {
            foreach (var track in tracks.Where(track => !_open.ContainsKey(track) && Worth(track.History, now)).Take(left))
            {
                _open[track] = new Lesson(track.NetworkRow, now, track.State, LstmShape.Default);
            }
        }

        return _open.Keys;
    }

    /// <summary>After it: each open lesson takes the minute that has ended.</summary>
    public void GoOn(IReadOnlyCollection<FunctionTrack> tracks, DateTimeOffset now, LstmShape shape)
    {
        Span<float> features = stackalloc float[shape.Features];

        foreach (var track in tracks.ToList())
        {
            var lesson = _open[track];

            if (track.History.End != now)
            {
                // No longer watched.
                _open.Remove(track);
                continue;
            }

            ForecastFeatures.Write(track.History, features);
            lesson.Add(track.History, features);

            if (lesson.IsComplete)
            {
                _open.Remove(track);
                _complete.Add(lesson);
            }
        }
    }

    public IReadOnlyList<Lesson> Take()
    {
        List<Lesson> complete = [.. _complete];
        _complete.Clear();
        return complete;
    }

    public void Drop() => _open.Clear();

    /// <summary>Recently called ones now; of the others a twentieth, another one each minute.</summary>
    private static bool Worth(ArrivalHistory history, DateTimeOffset now) =>
        history.ActiveOf(15) > 0 || history.ActiveOf(240) > 0 && (now.UtcTicks / TimeSpan.TicksPerMinute + history.MinutesSeen + history.IdleMinutes * 7) % 20 == 0;
}
