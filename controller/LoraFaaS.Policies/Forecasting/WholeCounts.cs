namespace LoraFaaS.Policies.Forecasting;

/// <summary>
/// Calls are whole, and no call has the probability 1 − P: quantiles below that share are 0, those above it at least 1. A predictor
/// that is free to say half a call loses by it whatever comes.
/// </summary>
internal static class WholeCounts
{
    public static CountQuantiles Of(float atLeastOne, Span<float> quantiles)
    {
        for (var i = 0; i < quantiles.Length; i++)
        {
            quantiles[i] = CountQuantiles.Levels[i] <= 1 - atLeastOne ? 0 : Math.Max(1, MathF.Round(quantiles[i]));
        }

        return CountQuantiles.Of(quantiles);
    }
}
