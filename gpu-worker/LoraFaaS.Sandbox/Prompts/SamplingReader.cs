using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Engine.Sampling;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Sandbox.Generation;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>Reads the wire's sampling fields and refuses, by name, what cannot be meant.</summary>
internal static class SamplingReader
{
    private const int MaxStops = 64;
    private const int MaxStopLength = 4_096;

    /// <summary>The first field that is out of range; null when all are sound.</summary>
    public static Problem? Check(Protocol.Data.Sampling sampling, int vocabularySize)
    {
        return Range(sampling.Temperature, 0, 100, "temperature")
            ?? Range(sampling.TopP, 0, 1, "top_p")
            ?? Range(sampling.MinP, 0, 1, "min_p")
            ?? Range(sampling.TopK, -1, int.MaxValue, "top_k")
            ?? Range(sampling.RepetitionPenalty, 0, 100, "repetition_penalty")
            ?? Range(sampling.PresencePenalty, -100, 100, "presence_penalty")
            ?? Range(sampling.FrequencyPenalty, -100, 100, "frequency_penalty")
            ?? Range(sampling.MaxTokens, 0, int.MaxValue, "max_tokens")
            ?? Range(sampling.TopLogprobs, -1, TokenStation.MaxTopLogprobs, "top_logprobs")
            ?? CheckStops(sampling)
            ?? CheckBias(sampling, vocabularySize);
    }

    public static SamplingParameters Read(Protocol.Data.Sampling sampling, string callId) => new()
    {
        Temperature = sampling.Temperature,
        TopP = sampling.TopP > 0 ? sampling.TopP : float.Epsilon,
        TopK = Math.Max(0, sampling.TopK),
        MinP = sampling.MinP,
        RepetitionPenalty = sampling.RepetitionPenalty > 0 ? sampling.RepetitionPenalty : 1,
        PresencePenalty = sampling.PresencePenalty,
        FrequencyPenalty = sampling.FrequencyPenalty,
        Seed = sampling.HasSeed ? (ulong)sampling.Seed : SeedOf(callId),
        LogitBias = [.. sampling.LogitBias.Select(bias => new LogitBias(bias.Key, bias.Value))],
        TopLogprobs = sampling.TopLogprobs >= 0 ? sampling.TopLogprobs : null,
    };

    /// <summary>Without a seed the call decides, so that a resumed call goes on with the same draws wherever it is resumed.</summary>
    private static ulong SeedOf(string callId) => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(callId)));

    private static Problem? CheckStops(Protocol.Data.Sampling sampling)
    {
        if (sampling.Stop.Count > MaxStops || sampling.Stop.Any(stop => stop.Length is 0 or > MaxStopLength))
        {
            return Invalid("stop", $"At most {MaxStops} stop strings of 1 to {MaxStopLength} characters.");
        }

        return null;
    }

    private static Problem? CheckBias(Protocol.Data.Sampling sampling, int vocabularySize)
    {
        foreach (var (token, bias) in sampling.LogitBias)
        {
            if (token < 0 || token >= vocabularySize || !float.IsFinite(bias))
            {
                return Invalid("logit_bias", $"Token {token} is not one of {vocabularySize}, or its bias is no number.");
            }
        }

        return null;
    }

    private static Problem? Range(double value, double low, double high, string field) =>
        value >= low && value <= high ? null : Invalid(field, FormattableString.Invariant($"{value} is not between {low} and {high}."));

    private static Problem Invalid(string field, string message) => new(ErrorCode.InvalidRequest, message, field);
}
