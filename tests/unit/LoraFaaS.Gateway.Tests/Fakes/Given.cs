using System.Collections.Frozen;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using Route = LoraFaaS.Protocol.Control.Route;

namespace LoraFaaS.Gateway.Tests.Fakes;

/// <summary>Functions, workers and events as tests need them; only what matters is said.</summary>
internal static class Given
{
    public static readonly string BackboneDigest = Digest.OfBytes("backbone"u8).Value;
    public static readonly string AdapterDigest = Digest.OfBytes("adapter"u8).Value;

    public static Route Route(string name = "echo", string ns = "openfaas-fn", params (string Worker, StorageTier Tier)[] placements)
    {
        var route = new Route
        {
            Key = Key(name, ns),
            CreatedAt = 1_700_000_000,
            DesiredReplicas = 1,
            Revision = new Revision
            {
                Number = 3,
                Backbone = "lory-5m",
                BackboneDigest = BackboneDigest,
                AdapterDigest = AdapterDigest,
                AdapterBytes = 89_000,
                MaxTokens = 64,
                TopP = 1,
                TimeoutMs = 60_000,
                ContextLength = 512,
            },
        };

        route.Placements.Add(placements.Select(placement => new Placement { WorkerId = placement.Worker, Tier = (int)placement.Tier }));
        return route;
    }

    public static Route BackboneRoute(string name = "lory_5m.base")
    {
        var route = Route("lory-5m");
        route.IsBackbone = true;
        route.Revision.Backbone = name;
        route.Revision.AdapterDigest = "";
        route.Revision.AdapterBytes = 0;
        return route;
    }

    public static RouteKey Key(string name, string ns = "openfaas-fn") => new() { Function = name, Namespace = ns };

    public static WorkerEndpoint Worker(string id, string url, int running = 0, int queued = 0)
    {
        var worker = new WorkerEndpoint { WorkerId = id, Url = url, Running = running, Queued = queued, FreeDeviceBytes = 1 << 30 };
        worker.BackboneDigests.Add(BackboneDigest);
        return worker;
    }

    public static RouteUpdate Snapshot(IEnumerable<Route> routes, params WorkerEndpoint[] workers)
    {
        var update = new RouteUpdate { Version = 1, IsSnapshot = true, WorkersChanged = true };
        update.Upserts.Add(routes);
        update.Workers.Add(workers);
        return update;
    }

    public static RouteEntry Entry(string name = "echo", params (string Worker, StorageTier Tier)[] placements) => new()
    {
        Revision = new FunctionRevision
        {
            Function = new FunctionId(NamespaceName.Default, new FunctionName(name)),
            Number = 3,
            Backbone = new BackboneName("lory-5m"),
            BackboneDigest = new Digest(BackboneDigest),
            AdapterDigest = new Digest(AdapterDigest),
        },
        Placements = placements.ToFrozenDictionary(placement => new WorkerId(placement.Worker), placement => placement.Tier),
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    public static GenerateEvent Started(int promptTokens = 5, int cached = 2) =>
        new() { Started = new Started { PromptTokens = promptTokens, CachedPromptTokens = cached } };

    public static GenerateEvent Tokens(string text, params int[] ids)
    {
        var tokens = new Tokens { Text = text };
        tokens.Ids.Add(ids);
        return new GenerateEvent { Tokens = tokens };
    }

    public static GenerateEvent Finished(int completionTokens = 2, FinishReason reason = FinishReason.Stop, int promptTokens = 5, int cached = 2) => new()
    {
        Finished = new Finished
        {
            Reason = reason,
            PromptTokens = promptTokens,
            CompletionTokens = completionTokens,
            CachedPromptTokens = cached,
            ColdStart = new ColdStart { QueueMs = 1.25, AdapterMs = 3.4, PrefillMs = 5.6, TransportMs = 0.25, TtftMs = 10.5, AdapterTier = (int)StorageTier.Disk, BackboneTier = (int)StorageTier.Host, SandboxWarm = true },
        },
    };

    public static GenerateEvent Failed(string code, string message = "it broke") => new() { Failed = new Failed { Code = code, Message = message } };

    public static GenerateEvent Progress(string stage, int expectedMs) => new() { Progress = new Progress { Stage = stage, ExpectedMs = expectedMs } };

    public static async IAsyncEnumerable<T> Stream<T>(params T[] items)
    {
        foreach (var item in items)
        {
            await Task.Yield();
            yield return item;
        }
    }
}
