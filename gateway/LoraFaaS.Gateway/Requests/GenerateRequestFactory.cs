using System.Security.Cryptography;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Requests;

/// <summary>Every dialect ends here: one message in which all defaults are applied.</summary>
internal static class GenerateRequestFactory
{
    public static GenerateRequest Create(CallId callId, RouteEntry route, Prompt prompt, SamplingOverrides sampling, bool stream) => new()
    {
        CallId = callId.Value,
        Revision = ToRef(route),
        Prompt = prompt,
        Sampling = ToSampling(route, sampling),
        Stream = stream,
        Call = route.Revision.Code is null ? null : FunctionCalls.OfPrompt(prompt),
    };

    /// <summary>A call that a function's own code answers in its own words.</summary>
    public static GenerateRequest CreateCall(CallId callId, RouteEntry route, FunctionCall call) => new()
    {
        CallId = callId.Value,
        Revision = ToRef(route),
        Sampling = ToSampling(route, SamplingOverrides.None),
        Stream = true,
        Call = call,
    };

    /// <summary>The i-th of n answers to one prompt: the same but for its seed, so that n answers to a seeded question repeat as a whole.</summary>
    public static GenerateRequest Nth(GenerateRequest first, int index)
    {
        if (index == 0)
        {
            return first;
        }

        var next = first.Clone();

        if (next.Sampling.HasSeed)
        {
            next.Sampling.Seed = unchecked(next.Sampling.Seed + index);
        }

        return next;
    }

    private static RevisionRef ToRef(RouteEntry route) => new()
    {
        Namespace = route.Function.Namespace.Value,
        Function = route.Function.Name.Value,
        Number = route.Revision.Number,
        BackboneDigest = route.Revision.BackboneDigest.Value,
        AdapterDigest = route.Revision.AdapterDigest?.Value ?? "",
        AdapterBytes = route.Revision.AdapterBytes,
        TrustDomain = route.Revision.TrustDomain.Value,
        SystemPrompt = route.Revision.SystemPrompt ?? "",
        SloTtftMs = (int)Math.Min(route.Revision.SloTtft?.TotalMilliseconds ?? 0, int.MaxValue),
        CodeDigest = route.Revision.Code?.Digest.Value ?? "",
        CodeBytes = route.Revision.Code?.Bytes ?? 0,
        CodeSecrets = route.Revision.Code is { } code && code.Secrets.Count + code.Environment.Count > 0,
        KeepAliveMs = (long)(route.Revision.KeepAlive?.TotalMilliseconds ?? 0),
        Priority = (int)route.Revision.Priority,
        SloTpotMs = (int)Math.Min(route.Revision.SloTpot?.TotalMilliseconds ?? 0, int.MaxValue),
        MaxConcurrent = route.Revision.MaxConcurrent,
    };

    private static Sampling ToSampling(RouteEntry route, SamplingOverrides said)
    {
        var defaults = route.Revision.Sampling;

        var sampling = new Sampling
        {
            Temperature = said.Temperature ?? defaults.Temperature,
            TopP = said.TopP ?? defaults.TopP,
            TopK = Math.Max(said.TopK ?? defaults.TopK, 0),
            MinP = said.MinP ?? 0,
            RepetitionPenalty = said.RepetitionPenalty ?? 1,
            PresencePenalty = said.PresencePenalty ?? 0,
            FrequencyPenalty = said.FrequencyPenalty ?? 0,
            MaxTokens = said.MaxTokens ?? defaults.MaxTokens,
            TopLogprobs = said.TopLogprobs ?? -1,
            IgnoreEos = said.IgnoreEos ?? false,
            Echo = said.Echo,
            PromptOnly = said.PromptOnly,
            JsonSchema = said.JsonSchema ?? "",
        };

        sampling.Stop.Add(said.Stop ?? []);

        foreach (var (token, bias) in said.LogitBias ?? new Dictionary<int, float>())
        {
            sampling.LogitBias.Add(token, bias);
        }

        if ((said.Seed ?? defaults.Seed) is { } seed)
        {
            sampling.Seed = seed;
        }
        else if (sampling.Temperature > 0)
        {
            // Drawn at the door, so that a generation whose worker is lost goes on elsewhere with the same draws.
            sampling.Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
        }

        return sampling;
    }
}
