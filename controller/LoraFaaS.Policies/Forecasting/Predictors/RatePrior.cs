namespace LoraFaaS.Policies.Forecasting.Predictors;

/// <summary>
/// What is believed of a function's rate before it is seen: a gamma distribution, as if <paramref name="Calls"/> calls had been seen
/// in <paramref name="Minutes"/> minutes. Rates of functions differ by many orders of magnitude, so the calls are a fraction of one.
/// </summary>
public readonly record struct RatePrior(double Calls, double Minutes)
{
    private const double Shape = 0.3;

    /// <summary>Minutes' worth of belief in the wider group when a namespace's own is formed.</summary>
    private const double WiderMinutes = 1440;

    /// <summary>A call in five hours, when nobody knows anything.</summary>
    public static readonly RatePrior Unknown = new(Shape, 300);

    /// <summary>Calls a minute.</summary>
    public double Rate => Calls / Minutes;

    /// <summary>The belief about a member of a group that was called so often in so many function-minutes.</summary>
    public static RatePrior Of(double calls, double functionMinutes, RatePrior wider)
    {
        var rate = (calls + wider.Rate * WiderMinutes) / (functionMinutes + WiderMinutes);
        return new RatePrior(Shape, Shape / Math.Max(rate, 1e-6));
    }
}
