using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Metering;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;

namespace LoraFaaS.Controller.Api;

/// <summary>Makes functions' statuses. The catalogue is the truth; counts and tiers come from the warm state and are 0 while it is away.</summary>
internal sealed class StatusBuilder(IWarmStateStore warm, InvocationCounts counts)
{
    public async Task<List<FunctionStatus>> BuildAsync(IReadOnlyList<FunctionRecord> functions, CancellationToken cancellationToken)
    {
        IReadOnlyList<WorkerState> workers = [];
        IReadOnlyDictionary<FunctionId, long> invocations = new Dictionary<FunctionId, long>();

        try
        {
            workers = await warm.ListWorkersAsync(cancellationToken);
            invocations = await counts.ReadAsync(cancellationToken);
        }
        catch (WarmStateUnavailableException)
        {
            // A list of functions without counts is better than none; the loops log that the warm state is away.
        }

        var residency = new ResidencyIndex(workers);
        return [.. functions.Select(function => Build(function, residency, invocations.GetValueOrDefault(function.Id)))];
    }

    private static FunctionStatus Build(FunctionRecord function, ResidencyIndex residency, long invocations)
    {
        var deployment = function.Deployment;
        var holders = residency.HoldersOf(function.Current).ToList();

        return new FunctionStatus
        {
            Name = function.Id.Name.Value,
            Namespace = function.Id.Namespace.Value,
            Image = deployment.Image!,
            EnvProcess = string.IsNullOrEmpty(deployment.EnvProcess) ? null : deployment.EnvProcess,
            EnvVars = deployment.EnvVars is { Count: > 0 } ? deployment.EnvVars : null,
            Constraints = deployment.Constraints is { Count: > 0 } ? deployment.Constraints : null,
            Secrets = deployment.Secrets is { Count: > 0 } ? deployment.Secrets : null,
            Labels = LabelsOf(function),
            Annotations = deployment.Annotations ?? new Dictionary<string, string>(),
            Limits = deployment.Limits,
            Requests = deployment.Requests,
            ReadOnlyRootFilesystem = deployment.ReadOnlyRootFilesystem,
            Replicas = function.DesiredReplicas,
            AvailableReplicas = holders.Count(holder => holder.Tier >= StorageTier.Host),
            InvocationCount = invocations,
            CreatedAt = function.CreatedAt,
            Lorafaas = Details(function, function.Current, holders.Count == 0 ? StorageTier.Remote : holders.Max(holder => holder.Tier)),
        };
    }

    private static Dictionary<string, string> LabelsOf(FunctionRecord function)
    {
        var labels = function.Deployment.Labels?.ToDictionary(StringComparer.Ordinal) ?? [];
        labels[FunctionAnnotations.FunctionLabel] = function.Id.Name.Value;
        return labels;
    }

    private static FunctionDetails Details(FunctionRecord function, FunctionRevision revision, StorageTier tier) => new()
    {
        Revision = revision.Number,
        Traffic = function.Targets is [] or [{ Revision: null, Tag: null }] ? null : function.Targets,
        Backbone = revision.Backbone.Value,
        BackboneDigest = revision.BackboneDigest.Value,
        AdapterDigest = revision.AdapterDigest?.Value,
        Tier = tier.ToString().ToLowerInvariant(),
        Isolation = revision.Isolation.ToString().ToLowerInvariant(),
    };
}
