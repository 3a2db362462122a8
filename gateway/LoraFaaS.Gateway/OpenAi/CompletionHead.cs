using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Routing;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>What is the same in an answer and in every chunk of it.</summary>
internal sealed record CompletionHead(string Id, long Created, string Model, string Fingerprint)
{
    /// <summary>The fingerprint changes whenever the same seed may give other tokens: with the revision or its backbone.</summary>
    public static CompletionHead Of(string prefix, Invocation invocation, RouteEntry route, string model) => new(
        prefix + invocation.CallId,
        invocation.StartedAt.ToUnixTimeSeconds(),
        model,
        $"fp_{route.Revision.BackboneDigest.Value.AsSpan(Math.Max(route.Revision.BackboneDigest.Value.Length - 8, 0))}_{route.Revision.Number}");
}
