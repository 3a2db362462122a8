using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Routes;
using LoraFaaS.Protocol.Control;
using Route = LoraFaaS.Protocol.Control.Route;

namespace LoraFaaS.Controller.Rpc;

/// <summary>The route table's facts as control.proto says them.</summary>
internal static class RouteWire
{
    public static RouteUpdate ToWire(this RouteChange change)
    {
        var update = new RouteUpdate
        {
            Version = change.Version,
            IsSnapshot = change.IsSnapshot,
            WorkersChanged = change.Workers is not null,
        };

        update.Upserts.AddRange(change.Upserts.Select(ToWire));
        update.Removals.AddRange(change.Removals.Select(ToWire));

        if (change.Workers is { } workers)
        {
            update.Workers.AddRange(workers.Select(ToWire));
        }

        update.Access = change.Access?.ToWire();

        return update;
    }

    public static RouteKey ToWire(this FunctionId id) => new() { Namespace = id.Namespace.Value, Function = id.Name.Value };

    private static Route ToWire(RouteEntry entry)
    {
        var route = new Route
        {
            Key = entry.Id.ToWire(),
            Revision = ToWire(entry.Revision),
            DesiredReplicas = entry.DesiredReplicas,
            CreatedAt = entry.CreatedAt.ToUnixTimeSeconds(),
            IsBackbone = entry.IsBackbone,
        };

        route.Placements.AddRange(entry.Placements.Select(ToWire));
        route.Targets.AddRange(entry.Targets.Select(ToWire));
        return route;
    }

    private static Protocol.Control.RouteTarget ToWire(ControlPlane.Routes.RouteTarget target) => new()
    {
        Revision = ToWire(target.Revision),
        Placements = { target.Placements.Select(ToWire) },
        Percent = target.Percent,
        Tags = { target.Tags },
    };

    private static Protocol.Control.Placement ToWire(RoutePlacement placement) => new() { WorkerId = placement.Worker.Value, Tier = (int)placement.Tier };

    public static Revision ToWire(this FunctionRevision revision)
    {
        var wire = new Revision
        {
            Number = revision.Number,
            Backbone = revision.Backbone.Value,
            BackboneDigest = revision.BackboneDigest.Value,
            AdapterDigest = revision.AdapterDigest?.Value ?? "",
            AdapterBytes = revision.AdapterBytes,
            Isolation = (int)revision.Isolation,
            SystemPrompt = revision.SystemPrompt ?? "",
            PromptMode = (int)revision.Prompt,
            Temperature = revision.Sampling.Temperature,
            TopP = revision.Sampling.TopP,
            TopK = revision.Sampling.TopK,
            MaxTokens = revision.Sampling.MaxTokens,
            SloTtftMs = Milliseconds(revision.SloTtft),
            SloTpotMs = Milliseconds(revision.SloTpot),
            TimeoutMs = Milliseconds(revision.Timeout),
            KeepAliveMs = (long)(revision.KeepAlive?.TotalMilliseconds ?? 0),
            ContextLength = revision.ContextLength,
            CodeDigest = revision.Code?.Digest.Value ?? "",
            CodeBytes = revision.Code?.Bytes ?? 0,
            CodeSecrets = { revision.Code?.Secrets.Select(secret => secret.Value) ?? [] },
            CodeEnvironment = { revision.Code?.Environment.Keys.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>() },
            Priority = (int)revision.Priority,
            MaxConcurrent = revision.MaxConcurrent,
        };

        if (revision.Sampling.Seed is { } seed)
        {
            wire.Seed = seed;
        }

        return wire;
    }

    private static WorkerEndpoint ToWire(RouteWorker worker)
    {
        var wire = new WorkerEndpoint
        {
            WorkerId = worker.Id.Value,
            Url = worker.Url,
            Draining = worker.Draining,
            Running = worker.Running,
            Queued = worker.Queued,
            DeviceBytes = worker.DeviceBytes.Bytes,
            FreeDeviceBytes = worker.FreeDeviceBytes.Bytes,
            Arithmetic = worker.Arithmetic,
        };

        wire.BackboneDigests.AddRange(worker.Backbones.Select(digest => digest.Value));
        return wire;
    }

    /// <summary>0: none. What was said is at least 1 ms.</summary>
    private static int Milliseconds(TimeSpan? span) => span is { } said ? Math.Max(1, (int)said.TotalMilliseconds) : 0;
}
