using LoraFaaS.Policies.Forecasting;

namespace LoraFaaS.Policies.Preloading;

/// <summary>
/// What holding bytes wins where they are paid for by the second: the best, over all horizons one may hold them to, of the chance of a call by then
/// over the time they would be held until it (an index in the sense of Gittins). A function that comes every half hour is worth nothing for most of it
/// and much in the minute before.
/// </summary>
public static class HoldingIndex
{
    /// <summary>The span the index counts calls in.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromMinutes(1);

    /// <summary>Expected calls that would find the bytes in place, for each minute of holding.</summary>
    public static double Of(in CallForecast forecast)
    {
        var best = 0.0;
        var (heldUntil, chanceUntil, secondsUntil) = (0.0, 0.0, 0.0);

        foreach (var horizon in ForecastHorizons.All)
        {
            var seconds = ForecastHorizons.Seconds(horizon);
            var chance = Math.Max(chanceUntil, forecast[horizon].AtLeastOne);

            // Between two horizons calls are taken as evenly spread: who is called there is held for half of it on the average.
            heldUntil += (seconds - secondsUntil) * (1 - ((chance + chanceUntil) / 2));
            best = Math.Max(best, chance * Span.TotalSeconds / Math.Max(heldUntil, 1));
            (chanceUntil, secondsUntil) = (chance, seconds);
        }

        return best;
    }
}
