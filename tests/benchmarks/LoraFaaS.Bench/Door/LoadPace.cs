namespace LoraFaaS.Bench.Door;

/// <summary>
/// When each of so many clients is to call, so that all together call so often a second, evenly: the n-th call is due n ÷ rate after the beginning, by the clients in turn. Whoever is late calls at once:
/// a door that falls behind is asked no less for it. Pure.
/// </summary>
/// <param name="PerSecond">Calls of all clients together.</param>
/// <param name="Begun">The beginning, in nanoseconds of the monotonic clock.</param>
/// <param name="Calls">In all.</param>
internal readonly record struct LoadPace(double PerSecond, long Begun, long Calls)
{
    public static LoadPace Over(TimeSpan stretch, double perSecond, long begun) => new(perSecond, begun, (long)Math.Ceiling(stretch.TotalSeconds * perSecond));

    public long DueAt(long number) => Begun + (long)(number / PerSecond * 1e9);
}
