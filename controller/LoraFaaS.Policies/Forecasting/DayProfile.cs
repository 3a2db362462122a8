namespace LoraFaaS.Policies.Forecasting;

/// <summary>The shape of a function's day (UTC): calls a minute in each quarter of an hour, the newest day weighing a third.</summary>
public sealed class DayProfile
{
    public const int Bins = 96;

    private const int BinMinutes = 1440 / Bins;
    private const float NewDay = 1f / 3;

    private readonly float[] _rates;
    private float _open;
    private int _openMinutes;

    public DayProfile()
        : this(new float[Bins], 0, 0, 0)
    {
    }

    internal DayProfile(float[] rates, long minutesSeen, float open, int openMinutes)
    {
        _rates = rates;
        MinutesSeen = minutesSeen;
        _open = open;
        _openMinutes = openMinutes;
    }

    public long MinutesSeen { get; private set; }

    /// <summary>A whole day was seen: every bin says something.</summary>
    public bool IsKnown => MinutesSeen >= 1440;

    /// <summary>Calls a minute around that time of other days; 0 while nothing is known.</summary>
    public float RateAt(DateTimeOffset instant) => IsKnown ? _rates[Bin(instant)] : 0;

    /// <summary>Takes the minute that began at <paramref name="start"/>.</summary>
    public void Add(DateTimeOffset start, int calls)
    {
        _open += calls;
        _openMinutes++;
        MinutesSeen++;

        if ((start.Minute + 1) % BinMinutes != 0)
        {
            return;
        }

        var bin = Bin(start);
        var rate = _open / _openMinutes;
        _rates[bin] += (MinutesSeen > 1440 ? NewDay : 1) * (rate - _rates[bin]);
        (_open, _openMinutes) = (0, 0);
    }

    public DayProfile Copy() => new([.. _rates], MinutesSeen, _open, _openMinutes);

    internal ReadOnlySpan<float> Raw => _rates;

    internal (float Calls, int Minutes) Open => (_open, _openMinutes);

    private static int Bin(DateTimeOffset instant) => (instant.UtcDateTime.Hour * 60 + instant.UtcDateTime.Minute) / BinMinutes;
}
