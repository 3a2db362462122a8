namespace LoraFaaS.Policies.Forecasting.Predictors;

/// <summary>
/// The hybrid histogram as a distribution: the hazard of the next minute is the share of idle times that ended there among those that lasted
/// so long. Where the histogram is not representative the hazard leans on the share of active minutes.
/// </summary>
public sealed class IdleHistogramPredictor : IPredictor
{
    private const int Longest = 15;

    /// <summary>Idle times' worth of belief in the plain rate, where the bins are representative and where not.</summary>
    private const double LittleDoubt = 1;
    private const double MuchDoubt = 10;

    public PredictorKind Kind => PredictorKind.IdleHistogram;

    public CallForecast Forecast(ArrivalHistory history)
    {
        Span<double> afterCall = stackalloc double[Longest];
        Span<double> now = stackalloc double[Longest];
        var active = ActiveMinutes.Of(history, RateWindow.OneHour);
        Hazards(history, active.Share, now);
        var busy = ActiveMinutes.Of(history, RateWindow.TenMinutes);
        AfterCall(history.Idle, active.Share, afterCall);

        Span<double> expected = stackalloc double[Longest + 1];
        Expected(afterCall, expected);

        var minute = now[0];
        return new CallForecast(
            busy.WithinCell(minute), busy.Within(minute, minute), Span(busy, now, expected, 5), Span(busy, now, expected, 15));
    }

    /// <summary>Probability that the coming minutes are active, each given that those before it were not.</summary>
    internal static void Hazards(ArrivalHistory history, double share, Span<double> hazards)
    {
        if (!history.WasCalled)
        {
            hazards.Fill(share);
            return;
        }

        var elapsed = history.OpenCalls > 0 ? 0 : history.IdleMinutes;
        Hazards(history.Idle, share, elapsed, hazards);
    }

    private static void AfterCall(IdleTimes idle, double share, Span<double> hazards) => Hazards(idle, share, 0, hazards);

    private static void Hazards(IdleTimes idle, double share, long elapsed, Span<double> hazards)
    {
        if (elapsed >= IdleTimes.Bins || idle.Total >= HybridHistogram.LeastSamples && idle.Beyond >= HybridHistogram.MostBeyond * idle.Total)
        {
            Beyond(idle, share, elapsed, hazards);
            return;
        }

        var doubt = idle.BinVariation >= HybridHistogram.LeastVariation ? LittleDoubt : MuchDoubt;
        var left = idle.Between((int)elapsed, IdleTimes.Bins) + (double)idle.Beyond;

        for (var i = 0; i < hazards.Length; i++)
        {
            var bin = elapsed + i;
            var ended = bin < IdleTimes.Bins ? idle[(int)bin] : 0;
            hazards[i] = (ended + doubt * share) / (left + doubt);
            left -= ended;
        }
    }

    /// <summary>The next call is expected at the mean idle time, 15 % earlier or later; outside of that little is known.</summary>
    private static void Beyond(IdleTimes idle, double share, long elapsed, Span<double> hazards)
    {
        var from = idle.MeanMinutes * (1 - HybridHistogram.ForecastMargin);
        var to = idle.MeanMinutes * (1 + HybridHistogram.ForecastMargin);

        for (var i = 0; i < hazards.Length; i++)
        {
            var at = elapsed + i;
            hazards[i] = idle.Beyond > 0 && at >= from && at < to ? Math.Clamp(1 / (to - at), share, 0.9) : share;
        }
    }

    /// <summary>Active minutes to be expected in the next n, when the last one was active.</summary>
    private static void Expected(ReadOnlySpan<double> afterCall, Span<double> expected)
    {
        expected[0] = 0;

        for (var n = 1; n < expected.Length; n++)
        {
            expected[n] = FirstThenMore(afterCall, expected, n);
        }
    }

    private static double FirstThenMore(ReadOnlySpan<double> hazards, ReadOnlySpan<double> expected, int minutes)
    {
        var sum = 0.0;
        var quiet = 1.0;

        for (var i = 0; i < minutes; i++)
        {
            sum += quiet * hazards[i] * (1 + expected[minutes - 1 - i]);
            quiet *= 1 - hazards[i];
        }

        return sum;
    }

    private static HorizonForecast Span(ActiveMinutes busy, ReadOnlySpan<double> hazards, ReadOnlySpan<double> expected, int minutes)
    {
        var quiet = 1.0;

        for (var i = 0; i < minutes; i++)
        {
            quiet *= 1 - hazards[i];
        }

        return busy.Within(1 - quiet, FirstThenMore(hazards, expected, minutes));
    }
}
