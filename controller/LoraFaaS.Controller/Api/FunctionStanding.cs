using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;

namespace LoraFaaS.Controller.Api;

/// <summary>How functions stand at one look at the warm state: what lists are ordered by, and what statuses are made of.</summary>
internal sealed class FunctionStanding(ResidencyIndex residency, IReadOnlyDictionary<FunctionId, long> invocations)
{
    public long Invocations(FunctionRecord function) => invocations.GetValueOrDefault(function.Id);

    /// <summary>The nearest tier that its adapter is in anywhere.</summary>
    public StorageTier Tier(FunctionRecord function) => residency.HoldersOf(function.Current).Select(holder => holder.Tier).DefaultIfEmpty(StorageTier.Remote).Max();

    public FunctionStatus Status(FunctionRecord function)
    {
        var deployment = function.Deployment;
        var holders = Holders(function);

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
            AvailableReplicas = Math.Min(holders, function.DesiredReplicas),
            InvocationCount = Invocations(function),
            CreatedAt = function.CreatedAt,
            Lorafaas = Details(function, function.Current, Tier(function), holders),
        };
    }

    private int Holders(FunctionRecord function) => residency.HoldersOf(function.Current).Count(holder => holder.Tier >= StorageTier.Host);

    private static Dictionary<string, string> LabelsOf(FunctionRecord function)
    {
        var labels = function.Deployment.Labels?.ToDictionary(StringComparer.Ordinal) ?? [];
        labels[FunctionAnnotations.FunctionLabel] = function.Id.Name.Value;
        return labels;
    }

    private static FunctionDetails Details(FunctionRecord function, FunctionRevision revision, StorageTier tier, int holders) => new()
    {
        Revision = revision.Number,
        Traffic = function.Targets is [] or [{ Revision: null, Tag: null }] ? null : function.Targets,
        Backbone = revision.Backbone.Value,
        BackboneDigest = revision.BackboneDigest.Value,
        AdapterDigest = revision.AdapterDigest?.Value,
        Tier = tier.ToString().ToLowerInvariant(),
        HeldBy = holders,
        Isolation = revision.Isolation.ToString().ToLowerInvariant(),
    };
}
