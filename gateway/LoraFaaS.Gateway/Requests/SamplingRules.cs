using System.Globalization;
using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Requests;

/// <summary>The ranges of sampling fields, the same whether they come as JSON or in a query.</summary>
internal static class SamplingRules
{
    public const int MaxStops = 4;
    public const int MaxStopLength = 1_024;
    public const int MaxBiases = 1_024;

    /// <summary>No context is longer; what fits this one the engine knows.</summary>
    public const int MostTokens = 1 << 24;

    public static readonly NumberRange Temperature = new(0, 2);
    public static readonly NumberRange TopP = new(0, 1, MinimumExcluded: true);
    public static readonly NumberRange MinP = new(0, 1);
    public static readonly NumberRange Penalty = new(-2, 2);
    public static readonly NumberRange RepetitionPenalty = new(0, 10, MinimumExcluded: true);
    public static readonly NumberRange Bias = new(-100, 100);
    public static readonly NumberRange MaxTokens = new(1, MostTokens);

    /// <summary>Where the prompt is repeated none may be wanted behind it.</summary>
    public static readonly NumberRange MaxTokensOrNone = new(0, MostTokens);

    /// <summary>-1 is how vLLM's clients say "no limit".</summary>
    public static readonly NumberRange TopK = new(-1, 1 << 20);

    /// <summary>Null when the stop strings can be used.</summary>
    public static Problem? CheckStops(IReadOnlyList<string> stops, string field)
    {
        if (stops.Count > MaxStops)
        {
            return new Problem(ErrorCode.InvalidRequest, $"at most {MaxStops} stop strings may be given", field);
        }

        foreach (var stop in stops)
        {
            if (stop.Length is 0 or > MaxStopLength)
            {
                return new Problem(
                    ErrorCode.InvalidRequest, string.Create(CultureInfo.InvariantCulture, $"a stop string has 1 to {MaxStopLength} characters"), field);
            }
        }

        return null;
    }
}
