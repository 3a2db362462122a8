using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Controller.Api;

/// <summary>A function's revisions as people see them, the newest first. Tiers come from the warm state, and are "remote" while it is away.</summary>
internal sealed class RevisionList(IWarmStateStore warm, IOptions<RevisionOptions> options, TimeProvider time)
{
    public async Task<List<RevisionInfo>> BuildAsync(FunctionRecord function, CancellationToken cancellationToken)
    {
        IReadOnlyList<WorkerState> workers = [];

        try
        {
            workers = await warm.ListWorkersAsync(cancellationToken);
        }
        catch (WarmStateUnavailableException)
        {
            // As with statuses: a list without tiers is better than none.
        }

        var residency = new ResidencyIndex(workers);
        var live = LiveRevisions.Of(function, time.GetUtcNow(), options.Value.Grace).ToDictionary(revision => revision.Revision.Number);

        return [.. function.Revisions.Reverse().Select(revision => Info(function, revision, live.GetValueOrDefault(revision.Number), residency))];
    }

    private static RevisionInfo Info(FunctionRecord function, FunctionRevision revision, LiveRevision? live, ResidencyIndex residency) => new()
    {
        Revision = revision.Number,
        Name = RevisionName.Of(function.Id.Name.Value, revision.Number),
        Image = revision.Image,
        Backbone = revision.Backbone.Value,
        BackboneDigest = revision.BackboneDigest.Value,
        AdapterDigest = revision.AdapterDigest?.Value,
        CodeDigest = revision.Code?.Digest.Value,
        SystemPrompt = revision.SystemPrompt,
        DeployedAt = revision.DeployedAt,
        Percent = live?.Percent ?? 0,
        Tags = live is { Tags.IsEmpty: false } ? live.Tags : null,
        State = State(function, live),
        RetiredAt = function.Traffic?.Retired.FirstOrDefault(retired => retired.Number == revision.Number)?.At,
        Tier = residency.HoldersOf(revision).Select(holder => holder.Tier).DefaultIfEmpty(StorageTier.Remote).Max().ToString().ToLowerInvariant(),
    };

    private static string State(FunctionRecord function, LiveRevision? live) => live switch
    {
        null => "idle",
        { Draining: true } => "draining",
        { Percent: > 0 } => "serving",
        { Tags.IsEmpty: false } => "tagged",
        _ => live.Revision.Number == function.Newest.Number ? "newest" : "idle",
    };
}
