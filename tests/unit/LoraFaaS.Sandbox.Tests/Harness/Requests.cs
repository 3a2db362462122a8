using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Sandbox.Tests.Harness;

/// <summary>Requests as a worker would hand them on.</summary>
internal static class Requests
{
    public static GenerateRequest Tokens(string adapter, IEnumerable<int> prompt, Action<GenerateRequest>? change = null)
    {
        var tokens = new TokenIds();
        tokens.Ids.AddRange(prompt);
        return Of(adapter, new Prompt { Tokens = tokens }, change);
    }

    public static GenerateRequest User(string adapter, string text, Action<GenerateRequest>? change = null) =>
        Of(adapter, new Prompt { UserText = text }, change);

    public static GenerateRequest Of(string adapter, Prompt prompt, Action<GenerateRequest>? change = null)
    {
        var request = new GenerateRequest
        {
            CallId = Guid.NewGuid().ToString("N"),
            Stream = true,
            Prompt = prompt,
            Sampling = new Protocol.Data.Sampling { TopP = 1, RepetitionPenalty = 1, TopLogprobs = -1, MaxTokens = 48 },
            Revision = new RevisionRef
            {
                Namespace = "openfaas-fn",
                Function = adapter.Length == 0 ? "base" : adapter,
                Number = 1,
                BackboneDigest = DemoWorld.BackboneDigest,
                AdapterDigest = adapter.Length == 0 ? "" : DemoWorld.DigestOf(adapter),
                TrustDomain = WorkerSide.TrustDomain,
            },
        };

        change?.Invoke(request);
        return request;
    }
}
