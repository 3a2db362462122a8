using System.Security.Cryptography;
using LoraFaaS.Contracts.Functions;
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
        Revision = route.Words.Reference,
        Prompt = prompt,
        Sampling = SamplingOf(route, sampling),
        Stream = stream,
        Call = route.Revision.Code is null ? null : FunctionCalls.OfPrompt(prompt),
    };

    /// <summary>A call that a function's own code answers in its own words.</summary>
    public static GenerateRequest CreateCall(CallId callId, RouteEntry route, FunctionCall call) => new()
    {
        CallId = callId.Value,
        Revision = route.Words.Reference,
        Sampling = SamplingOf(route, SamplingOverrides.None),
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

    public static RevisionRef ToRef(FunctionRevision revision) => new()
    {
        Namespace = revision.Function.Namespace.Value,
        Function = revision.Function.Name.Value,
        Number = revision.Number,
        BackboneDigest = revision.BackboneDigest.Value,
        AdapterDigest = revision.AdapterDigest?.Value ?? "",
        AdapterBytes = revision.AdapterBytes,
        TrustDomain = revision.TrustDomain.Value,
        SystemPrompt = revision.SystemPrompt ?? "",
        SloTtftMs = (int)Math.Min(revision.SloTtft?.TotalMilliseconds ?? 0, int.MaxValue),
        CodeDigest = revision.Code?.Digest.Value ?? "",
        CodeBytes = revision.Code?.Bytes ?? 0,
        CodeSecrets = revision.Code is { } code && code.Secrets.Count + code.Environment.Count > 0,
        KeepAliveMs = (long)(revision.KeepAlive?.TotalMilliseconds ?? 0),
        Priority = (int)revision.Priority,
        SloTpotMs = (int)Math.Min(revision.SloTpot?.TotalMilliseconds ?? 0, int.MaxValue),
        MaxConcurrent = revision.MaxConcurrent,
    };

    public static Sampling ToSampling(SamplingDefaults defaults, SamplingOverrides said)
    {
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

        if (said.Stop is { } stop)
        {
            sampling.Stop.Add(stop);
        }

        if (said.LogitBias is { } biases)
        {
            foreach (var (token, bias) in biases)
            {
                sampling.LogitBias.Add(token, bias);
            }
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

    private static Sampling SamplingOf(RouteEntry route, SamplingOverrides said) =>
        ReferenceEquals(said, SamplingOverrides.None) && route.Words.Sampling is { } unsaid ? unsaid : ToSampling(route.Revision.Sampling, said);
}
