using System.Net.Http.Headers;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using Route = LoraFaaS.Protocol.Control.Route;

namespace LoraFaaS.Gateway.Rehearsals;

/// <summary>What is said in a rehearsal.</summary>
internal static class RehearsalText
{
    private const string Name = "rehearsal";
    private const string Backbone = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
    private const string Adapter = "sha256:0000000000000000000000000000000000000000000000000000000000000001";

    /// <summary>One function, warm on one worker.</summary>
    public static RouteUpdate Routes(string workerUrl) => new()
    {
        Version = 1,
        IsSnapshot = true,
        WorkersChanged = true,
        Workers = { new WorkerEndpoint { WorkerId = Name, Url = workerUrl, FreeDeviceBytes = 1 << 30, BackboneDigests = { Backbone } } },
        Upserts =
        {
            new Route
            {
                Key = new RouteKey { Namespace = Name, Function = Name },
                DesiredReplicas = 1,
                Revision = new Revision { Number = 1, Backbone = Name, BackboneDigest = Backbone, AdapterDigest = Adapter, AdapterBytes = 1, MaxTokens = 2, TopP = 1, TimeoutMs = 5_000, ContextLength = 512 },
                Placements = { new Placement { WorkerId = Name, Tier = (int)StorageTier.Device } },
            },
        },
    };

    /// <summary>As a function and as a chat, whole and as a stream.</summary>
    public static IEnumerable<HttpRequestMessage> Calls()
    {
        yield return Call("/function/rehearsal.rehearsal", "a word", "text/plain", null);
        yield return Call("/function/rehearsal.rehearsal", "a word", "text/plain", "text/event-stream");
        yield return Call("/v1/chat/completions", """{"model":"rehearsal.rehearsal","messages":[{"role":"user","content":"a word"}]}""", "application/json", null);
        yield return Call("/v1/chat/completions", """{"model":"rehearsal.rehearsal","stream":true,"messages":[{"role":"user","content":"a word"}]}""", "application/json", null);
    }

    public static IEnumerable<GenerateEvent> Answer()
    {
        yield return new GenerateEvent { Started = new Started { PromptTokens = 2 } };
        yield return new GenerateEvent { Tokens = new Tokens { Ids = { 1 }, Text = "two " } };
        yield return new GenerateEvent { Tokens = new Tokens { Ids = { 2 }, Text = "words" } };
        yield return new GenerateEvent
        {
            Finished = new Finished { Reason = FinishReason.Stop, PromptTokens = 2, CompletionTokens = 2, ColdStart = new ColdStart { TtftMs = 1, SandboxWarm = true } },
        };
    }

    private static HttpRequestMessage Call(string path, string body, string type, string? accept)
    {
        var call = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, new MediaTypeHeaderValue(type)) };

        if (accept is not null)
        {
            call.Headers.Accept.ParseAdd(accept);
        }

        // Nobody traces it: its parent was not sampled.
        call.Headers.TryAddWithoutValidation("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
        return call;
    }
}
