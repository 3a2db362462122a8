using System.Collections.Frozen;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Snapshots;
using LoraFaaS.Protocol.Control;
using Route = LoraFaaS.Protocol.Control.Route;

namespace LoraFaaS.Gateway.Routing;

/// <summary>The control stream's messages in the gateway's words. The controller has checked them: nothing is judged here.</summary>
internal static class RouteWire
{
    public static FunctionId ToId(RouteKey key) => new(new NamespaceName(key.Namespace), new FunctionName(key.Function));

    public static RouteKey ToKey(FunctionId id) => new() { Namespace = id.Namespace.Value, Function = id.Name.Value };

    public static RouteEntry ToRoute(Route route) => new()
    {
        Revision = ToRevision(ToId(route.Key), route.Revision),
        Placements = ToPlacements(route.Placements),
        CreatedAt = DateTimeOffset.FromUnixTimeSeconds(route.CreatedAt),
        DesiredReplicas = route.DesiredReplicas,
        IsBackbone = route.IsBackbone,
        Split = route.Targets.Count == 0 ? null : ToSplit(route),
    };

    private static RevisionSplit ToSplit(Route route)
    {
        var id = ToId(route.Key);
        return new RevisionSplit(id, [.. route.Targets.Select(target => (ToShare(id, route, target), target.Percent, (IReadOnlyList<string>)target.Tags))]);
    }

    private static RouteEntry ToShare(FunctionId id, Route route, RouteTarget target) => new()
    {
        Revision = ToRevision(id, target.Revision),
        Placements = ToPlacements(target.Placements),
        CreatedAt = DateTimeOffset.FromUnixTimeSeconds(route.CreatedAt),
        DesiredReplicas = route.DesiredReplicas,
        IsShare = true,
    };

    private static FrozenDictionary<WorkerId, StorageTier> ToPlacements(IEnumerable<Placement> placements) => placements
        .DistinctBy(placement => placement.WorkerId)
        .ToFrozenDictionary(placement => new WorkerId(placement.WorkerId), placement => (StorageTier)placement.Tier);

    public static WorkerEntry ToWorker(WorkerEndpoint worker) => new(
        new WorkerSnapshot
        {
            Id = new WorkerId(worker.WorkerId),
            Draining = worker.Draining,
            Running = worker.Running,
            Queued = worker.Queued,
            FreeDeviceBytes = new ByteSize(worker.FreeDeviceBytes),
            DeviceBytes = worker.DeviceBytes > 0 ? new ByteSize(worker.DeviceBytes) : null,
            Backbones = worker.BackboneDigests.Select(digest => new Digest(digest)).ToFrozenSet(),
        },
        worker.Url)
    {
        Arithmetic = worker.Arithmetic,
    };

    private static FunctionRevision ToRevision(FunctionId function, Revision revision) => new()
    {
        Function = function,
        Number = revision.Number,
        Backbone = new BackboneName(revision.Backbone),
        BackboneDigest = new Digest(revision.BackboneDigest),
        AdapterDigest = revision.AdapterDigest.Length > 0 ? new Digest(revision.AdapterDigest) : null,
        AdapterBytes = revision.AdapterBytes,
        Isolation = (IsolationMode)revision.Isolation,
        SystemPrompt = revision.SystemPrompt.Length > 0 ? revision.SystemPrompt : null,
        Prompt = (PromptMode)revision.PromptMode,
        Sampling = ToSampling(revision),
        SloTtft = OrNull(revision.SloTtftMs),
        SloTpot = OrNull(revision.SloTpotMs),
        Timeout = TimeSpan.FromMilliseconds(revision.TimeoutMs),
        KeepAlive = OrNull(revision.KeepAliveMs),
        ContextLength = revision.ContextLength,
        Priority = (FunctionPriority)revision.Priority,
        MaxConcurrent = revision.MaxConcurrent,
        Code = ToCode(revision),
    };

    private static FunctionCode? ToCode(Revision revision) => revision.CodeDigest.Length == 0 ? null : new FunctionCode
    {
        Digest = new Digest(revision.CodeDigest),
        Bytes = revision.CodeBytes,
        Secrets = [.. revision.CodeSecrets.Select(name => new SecretName(name))],
        Environment = revision.CodeEnvironment.Distinct().ToDictionary(name => name, _ => "", StringComparer.Ordinal),
    };

    /// <summary>Numbers that are absent on the wire are 0; where 0 has no meaning the platform's default stands.</summary>
    private static SamplingDefaults ToSampling(Revision revision) => new()
    {
        Temperature = revision.Temperature,
        TopP = revision.TopP > 0 ? revision.TopP : SamplingDefaults.Greedy.TopP,
        TopK = revision.TopK,
        MaxTokens = revision.MaxTokens > 0 ? revision.MaxTokens : SamplingDefaults.Greedy.MaxTokens,
        Seed = revision.HasSeed ? revision.Seed : null,
    };

    private static TimeSpan? OrNull(long milliseconds) => milliseconds > 0 ? TimeSpan.FromMilliseconds(milliseconds) : null;
}
