namespace LoraFaaS.Policies.Forecasting;

/// <summary>
/// What is remembered of one function's calls: ten-second cells of the last quarter of an hour, minutes of the last four hours, idle
/// times, weighted rates and the shape of its day; about 3 KiB, whatever its age. One owner appends; who hands it to another thread
/// hands a <see cref="Copy"/>. Predictors read it and change nothing.
/// </summary>
public sealed class ArrivalHistory
{
    public const int CellSeconds = 10;
    public const int CellsPerMinute = 60 / CellSeconds;

    private readonly CountRing _cells;
    private readonly CountRing _minutes;

    /// <param name="start">The instant the first cell begins; cut to ten seconds.</param>
    public ArrivalHistory(DateTimeOffset start)
        : this(Floor(start), new CountRing(90), new CountRing(240), new IdleTimes(), new RateAverages(), new DayProfile(), 0, -1)
    {
    }

    internal ArrivalHistory(
        DateTimeOffset end, CountRing cells, CountRing minutes, IdleTimes idle, RateAverages rates, DayProfile day, long minutesSeen, long idleMinutes)
    {
        End = end;
        _cells = cells;
        _minutes = minutes;
        Idle = idle;
        Rates = rates;
        Day = day;
        MinutesSeen = minutesSeen;
        IdleMinutes = idleMinutes;
    }

    /// <summary>The instant up to which calls are known; a multiple of ten seconds.</summary>
    public DateTimeOffset End { get; private set; }

    /// <summary>Whole minutes since the history began.</summary>
    public long MinutesSeen { get; private set; }

    /// <summary>Whole empty minutes since the last minute with a call; −1 before the first call.</summary>
    public long IdleMinutes { get; private set; }

    /// <summary>Lengths of the gaps between minutes with calls.</summary>
    public IdleTimes Idle { get; }

    public RateAverages Rates { get; }

    public DayProfile Day { get; }

    /// <summary>Calls of the last minute, up to <see cref="End"/>.</summary>
    public int LastMinute => (int)Math.Min(int.MaxValue, _cells.Sum(CellsPerMinute));

    /// <summary>Calls of the last ten seconds.</summary>
    public int LastCell => _cells.Recent(0);

    /// <summary>Ten-second cells since the last whole minute, 0 to 5.</summary>
    public int OpenCells => End.Second / CellSeconds;

    /// <summary>Calls in them.</summary>
    public long OpenCalls => _cells.Sum(OpenCells);

    public bool WasCalled => IdleMinutes >= 0 || OpenCalls > 0;

    /// <summary>The oldest-but-<paramref name="ago"/> whole minute, 0 the last; 0 calls where nothing is known.</summary>
    public int Minute(int ago) => _minutes.Recent(ago);

    /// <summary>A ten-second cell, 0 the last.</summary>
    public int Cell(int ago) => _cells.Recent(ago);

    /// <summary>Calls of the last whole minutes, at most 240.</summary>
    public long CallsOf(int minutes) => _minutes.Sum(minutes);

    /// <summary>How many of the last whole minutes had a call.</summary>
    public int ActiveOf(int minutes) => _minutes.Active(minutes);

    /// <summary>Appends the next ten seconds.</summary>
    public void Append(int calls)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(calls);
        _cells.Push(calls);
        End = End.AddSeconds(CellSeconds);

        if (OpenCells == 0)
        {
            CloseMinute((int)Math.Min(int.MaxValue, _cells.Sum(CellsPerMinute)));
        }
    }

    /// <summary>Appends several cells, oldest first.</summary>
    public void Append(ReadOnlySpan<int> cells)
    {
        foreach (var calls in cells)
        {
            Append(calls);
        }
    }

    public ArrivalHistory Copy() =>
        new(End, _cells.Copy(), _minutes.Copy(), Idle.Copy(), Rates.Copy(), Day.Copy(), MinutesSeen, IdleMinutes);

    internal static DateTimeOffset Floor(DateTimeOffset instant) =>
        new(instant.UtcTicks - instant.UtcTicks % (CellSeconds * TimeSpan.TicksPerSecond), TimeSpan.Zero);

    internal CountRing Cells => _cells;

    internal CountRing Minutes => _minutes;

    private void CloseMinute(int calls)
    {
        MinutesSeen++;
        _minutes.Push(calls);
        Rates.Add(calls);
        Day.Add(End.AddMinutes(-1), calls);

        if (calls == 0)
        {
            IdleMinutes += IdleMinutes >= 0 ? 1 : 0;
            return;
        }

        if (IdleMinutes >= 0)
        {
            Idle.Add(IdleMinutes);
        }

        IdleMinutes = 0;
    }
}
