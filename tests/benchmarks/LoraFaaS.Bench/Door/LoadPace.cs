namespace LoraFaaS.Bench.Door;

/// <summary>
/// When each of so many clients is to call, so that all together call so often a second: the calls of each quarter of a millisecond at its beginning, by the clients in turn. To wake for each call alone
/// would cost the load more of the processors that it shares than a call costs the door. Whoever is late calls at once: a door that falls behind is asked no less for it. Pure.
/// </summary>
/// <param name="PerSecond">Calls of all clients together.</param>
/// <param name="Begun">The beginning, in nanoseconds of the monotonic clock.</param>
/// <param name="Calls">In all.</param>
internal readonly record struct LoadPace(double PerSecond, long Begun, long Calls)
{
    /// <summary>In nanoseconds.</summary>
    public const long Period = 250_000;

    public static LoadPace Over(TimeSpan stretch, double perSecond, long begun) => new(perSecond, begun, (long)Math.Ceiling(stretch.TotalSeconds * perSecond));

    public long DueAt(long number)
    {
        var even = (long)(number / PerSecond * 1e9);
        return Begun + even - (even % Period);
    }

    /// <summary>The beginning of the first period after that instant.</summary>
    public long After(long instant) => Begun + (((instant - Begun) / Period) + 1) * Period;
}
