namespace LoraFaaS.Policies.Fairness;

/// <summary>
/// What an invocation is charged, in tokens of the bare backbone. An output token counts twice an input token (VTC's weights), cached ones nothing, and
/// an adapter adds its share of the weights each token passes: its bytes are proportional to the sum of its ranks.
/// </summary>
public static class TokenCost
{
    private const double OutputWeight = 2;

    public static double Of(int promptTokens, int cachedTokens, int completionTokens, long adapterBytes, long backboneBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(promptTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(completionTokens);

        var tokens = Math.Max(0, promptTokens - cachedTokens) + (OutputWeight * completionTokens);
        return tokens * (1 + (backboneBytes > 0 ? Math.Max(0, adapterBytes) / (double)backboneBytes : 0));
    }
}
