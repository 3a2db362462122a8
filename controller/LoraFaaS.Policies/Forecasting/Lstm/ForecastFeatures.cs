using LoraFaaS.Policies.Forecasting.Predictors;

namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>
/// What the network is told of a function each minute. Counts by their logarithm, probabilities by their log-odds, the calendar as points
/// on circles; every number is of the order of one.
/// </summary>
public static class ForecastFeatures
{
    public const int Count = 56;

    /// <summary>Changes with the meaning of any feature, so that a network trained on others is refused.</summary>
    public const int Version = 2;

    private const float LogScale = 0.35f;
    private const int HazardMinutes = 15;

    /// <summary>Minutes back from the coming one at which calls are looked up: the periods that people give to timers.</summary>
    private static readonly int[] Lags = [2, 3, 4, 5, 10, 15, 20, 30, 60, 120];

    /// <summary>Minutes after which the clock's hand is where it was.</summary>
    private static readonly int[] Circles = [5, 10, 15, 30, 60];

    private static readonly RateWindow[] Windows = [RateWindow.TwoMinutes, RateWindow.TenMinutes, RateWindow.OneHour];

    /// <summary>Fills a row of <see cref="Count"/> numbers.</summary>
    public static void Write(ArrivalHistory history, Span<float> into)
    {
        var row = new Row(into[..Count]);
        row.AddLog(history.Rates.Mean(RateWindow.TenMinutes));
        row.AddLog(history.LargestMinute);
        Counts(history, ref row);
        Idle(history, ref row);
        Calendar(history.End, ref row);

        foreach (var lag in Lags)
        {
            row.AddLog(history.Minute(lag - 1));
        }

        row.AddLog(history.Day.RateAt(history.End));
        row.AddLog(history.Day.RateAt(history.End.AddMinutes(15)));
        row.Add(history.Day.IsKnown ? 1 : 0);
        row.Finish();
    }

    /// <summary>Calls a minute of late, read back from a row: its first number.</summary>
    internal static float Rate(ReadOnlySpan<float> row) => Calls(row[0]);

    /// <summary>Calls of the busiest minute of four hours: its second.</summary>
    internal static float Peak(ReadOnlySpan<float> row) => Calls(row[1]);

    private static float Calls(float feature) => MathF.Exp(Math.Clamp(feature, 0, 7) / LogScale) - 1;

    private static void Counts(ArrivalHistory history, ref Row row)
    {
        var last = history.LastMinute;
        row.AddLog(last);
        row.Add(last > 0 ? 1 : 0);
        row.AddLog(history.LastCell);
        row.AddLog(history.CallsOf(5));
        row.AddLog(history.CallsOf(15));
        row.AddLog(history.CallsOf(60));
        row.AddLog(history.CallsOf(240));
        row.Add(history.ActiveOf(5) / 5f);
        row.Add(history.ActiveOf(15) / 15f);
        row.Add(history.ActiveOf(60) / 60f);
        row.Add(history.ActiveOf(240) / 240f);

        foreach (var window in Windows)
        {
            if (window != RateWindow.TenMinutes)
            {
                row.AddLog(history.Rates.Mean(window));
            }

            row.AddLogOdds(ActiveMinutes.Of(history, window).Share);
        }

        row.AddLog(ActiveMinutes.Of(history, RateWindow.TenMinutes).Mean);
        row.AddLog(history.MinutesSeen);
    }

    private static void Idle(ArrivalHistory history, ref Row row)
    {
        Span<double> hazards = stackalloc double[HazardMinutes];
        IdleHistogramPredictor.Hazards(history, ActiveMinutes.Of(history, RateWindow.OneHour).Share, hazards);
        // In the minute of a function's first call nothing has been idle yet.
        row.AddLog(history.WasCalled ? Math.Max(0, history.IdleMinutes) : IdleTimes.Bins);
        row.AddLog(history.Idle.Total);
        row.AddLog(history.Idle.MeanMinutes);
        row.Add((float)Math.Min(2, history.Idle.BinVariation / 8));
        var quiet = 1.0;

        for (var i = 0; i < hazards.Length; i++)
        {
            quiet *= 1 - hazards[i];

            if (i is 0 or 4 or HazardMinutes - 1)
            {
                row.AddLogOdds(1 - quiet);
            }
        }

        // How soon the likeliest minute is tells more of a timer than the sum over them.
        var likeliest = 0;

        for (var i = 1; i < hazards.Length; i++)
        {
            likeliest = hazards[i] > hazards[likeliest] ? i : likeliest;
        }

        row.Add(likeliest / (float)HazardMinutes);
        row.AddLogOdds(hazards[likeliest]);
    }

    private static void Calendar(DateTimeOffset instant, ref Row row)
    {
        var time = instant.UtcDateTime;
        row.AddCircle(time.TimeOfDay.TotalDays);
        row.AddCircle(((int)time.DayOfWeek + time.TimeOfDay.TotalDays) / 7);

        foreach (var minutes in Circles)
        {
            row.AddCircle((double)(time.Minute % minutes) / minutes);
        }
    }

    private ref struct Row(Span<float> values)
    {
        private readonly Span<float> _values = values;
        private int _next;

        public void Add(float value) => _values[_next++] = value;

        public void AddLog(double count) => Add(LogScale * MathF.Log(1 + (float)count));

        public void AddLogOdds(double probability)
        {
            var p = Math.Clamp(probability, 1e-4, 1 - 1e-4);
            Add((float)(Math.Log(p / (1 - p)) / 4));
        }

        public void AddCircle(double turn)
        {
            var (sin, cos) = Math.SinCos(2 * Math.PI * turn);
            Add((float)sin);
            Add((float)cos);
        }

        public void Finish() => _values[_next..].Clear();
    }
}
