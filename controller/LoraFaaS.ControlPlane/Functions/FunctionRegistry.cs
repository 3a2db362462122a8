using System.Diagnostics;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Secrets;
using LoraFaaS.Policies.Traffic;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>Deploys, updates, removes and scales functions. The catalogue's generation check makes concurrent writers take turns.</summary>
public sealed class FunctionRegistry(ICatalogueStore catalogue, RevisionResolver resolver, SecretRegistry secrets, CatalogueNews news, TimeProvider time)
{
    /// <summary>Enough to roll back a day of frequent deployments; older revisions are dropped.</summary>
    private const int KeptRevisions = 50;

    /// <summary>Writers of one function seldom meet; ten meetings in a row mean something else is wrong.</summary>
    private const int MaxStaleReads = 10;

    public async Task<FunctionWrite> DeployAsync(FunctionDeployment deployment, CancellationToken cancellationToken) =>
        DeploymentReader.Read(deployment) switch
        {
            DeploymentReading.Read read => await CreateAsync(deployment, read, cancellationToken),
            DeploymentReading.Refused refused => new FunctionWrite.Refused(refused.Problem),
            _ => throw new UnreachableException(),
        };

    public async Task<FunctionWrite> UpdateAsync(FunctionDeployment deployment, CancellationToken cancellationToken)
    {
        if (DeploymentReader.ReadId(deployment, out var id) is { } badId)
        {
            return new FunctionWrite.Refused(badId);
        }

        if (await CheckNamespaceAsync(id.Namespace, cancellationToken) is { } unknownNamespace)
        {
            return new FunctionWrite.Refused(unknownNamespace);
        }

        // Before all other checks: a client that updates first deploys only when it is told 404.
        if (await catalogue.FindFunctionAsync(id, cancellationToken) is null)
        {
            return NotFound(id);
        }

        return DeploymentReader.Read(deployment) switch
        {
            DeploymentReading.Read read => await ReplaceAsync(deployment, read, cancellationToken),
            DeploymentReading.Refused refused => new FunctionWrite.Refused(refused.Problem),
            _ => throw new UnreachableException(),
        };
    }

    public async Task<FunctionWrite> ScaleAsync(FunctionId id, int replicas, CancellationToken cancellationToken)
    {
        if (await CheckNamespaceAsync(id.Namespace, cancellationToken) is { } unknownNamespace)
        {
            return new FunctionWrite.Refused(unknownNamespace);
        }

        return await ChangeAsync(id, current => current with { DesiredReplicas = ScaleRuleOf(current).Clamp(replicas) }, cancellationToken);
    }

    /// <summary>An invocation came for a function that was scaled to zero: it is wanted again.</summary>
    public Task<FunctionWrite> WakeAsync(FunctionId id, CancellationToken cancellationToken) =>
        ChangeAsync(
            id,
            current => current.DesiredReplicas > 0 ? current : current with { DesiredReplicas = ScaleRuleOf(current).InitialReplicas },
            cancellationToken);

    public async Task<FunctionWrite> RemoveAsync(FunctionId id, CancellationToken cancellationToken)
    {
        if (await CheckNamespaceAsync(id.Namespace, cancellationToken) is { } unknownNamespace)
        {
            return new FunctionWrite.Refused(unknownNamespace);
        }

        var found = await catalogue.FindFunctionAsync(id, cancellationToken);

        if (found is null || await catalogue.DeleteFunctionAsync(id, cancellationToken) is not CatalogueWrite.Done)
        {
            return NotFound(id);
        }

        await news.PublishAsync(cancellationToken);
        return new FunctionWrite.Done(found, NewRevision: false);
    }

    public async Task<Problem?> CheckNamespaceAsync(NamespaceName name, CancellationToken cancellationToken)
    {
        var known = await catalogue.ListNamespacesAsync(cancellationToken);

        return known.Any(record => record.Name == name)
            ? null
            : new Problem(ErrorCode.NamespaceNotFound, $"namespace \"{name}\" does not exist", "namespace");
    }

    /// <summary>The stored labels were read once already; what no longer reads counts as not said.</summary>
    public static ScaleRule ScaleRuleOf(FunctionRecord function) =>
        DeploymentReader.Read(function.Deployment) is DeploymentReading.Read read ? read.Settings.Scale : new ScaleRule();

    private async Task<FunctionWrite> CreateAsync(FunctionDeployment deployment, DeploymentReading.Read read, CancellationToken cancellationToken)
    {
        var refusal = await CheckNamespaceAsync(read.Id.Namespace, cancellationToken)
            ?? await secrets.CheckNamedAsync(read.Id.Namespace, deployment.Secrets, cancellationToken);

        if (refusal is { } problem)
        {
            return new FunctionWrite.Refused(problem);
        }

        var (revision, unresolved) = await resolver.ResolveAsync(read.Id, read.Image, read.Settings, deployment.Secrets, cancellationToken);

        if (revision is null)
        {
            return new FunctionWrite.Refused(unresolved!);
        }

        var now = time.GetUtcNow();

        if (read.Settings.Traffic is { } traffic && TrafficSplit.Check(traffic, read.Id.Name.Value, number => number == 1) is { } badSplit)
        {
            return new FunctionWrite.Refused(BadSplit(badSplit));
        }

        var record = new FunctionRecord
        {
            Id = read.Id,
            Generation = FirstGeneration(now),
            Deployment = deployment,
            Revisions = [revision with { Image = deployment.Image, DeployedAt = now }],
            Traffic = read.Settings.Traffic is { } targets ? new FunctionTraffic { Targets = targets, Retired = [] } : null,
            DesiredReplicas = read.Settings.Scale.InitialReplicas,
            CreatedAt = now,
            UpdatedAt = now,
        };

        if (await catalogue.CreateFunctionAsync(record, cancellationToken) is CatalogueWrite.Exists)
        {
            return new FunctionWrite.Refused(new Problem(ErrorCode.AlreadyExists, $"function {read.Id} already exists", "service"));
        }

        await news.PublishAsync(cancellationToken);
        return new FunctionWrite.Done(record, NewRevision: true);
    }

    private async Task<FunctionWrite> ReplaceAsync(FunctionDeployment deployment, DeploymentReading.Read read, CancellationToken cancellationToken)
    {
        if (await secrets.CheckNamedAsync(read.Id.Namespace, deployment.Secrets, cancellationToken) is { } unknownSecret)
        {
            return new FunctionWrite.Refused(unknownSecret);
        }

        var (revision, unresolved) = await resolver.ResolveAsync(read.Id, read.Image, read.Settings, deployment.Secrets, cancellationToken);

        return revision is null
            ? new FunctionWrite.Refused(unresolved!)
            : await ChangeAsync(read.Id, current => WithRevision(current, deployment, revision, read.Settings), cancellationToken);
    }

    private Task<FunctionWrite> ChangeAsync(FunctionId id, Func<FunctionRecord, FunctionRecord> change, CancellationToken cancellationToken) =>
        ChangeAsync(id, (FunctionRecord current) => ((FunctionRecord?)change(current), (Problem?)null), cancellationToken);

    /// <summary>Reads, changes and writes until nobody came between. The change is made of the record alone, or refused; the same record means that there is nothing to write.</summary>
    internal async Task<FunctionWrite> ChangeAsync(
        FunctionId id, Func<FunctionRecord, (FunctionRecord? Changed, Problem? Problem)> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxStaleReads; attempt++)
        {
            if (await catalogue.FindFunctionAsync(id, cancellationToken) is not { } current)
            {
                return NotFound(id);
            }

            var (changed, problem) = change(current);

            if (changed is null)
            {
                return new FunctionWrite.Refused(problem!);
            }

            if (ReferenceEquals(changed, current))
            {
                return new FunctionWrite.Done(current, NewRevision: false);
            }

            changed = changed with { Generation = current.Generation + 1, UpdatedAt = time.GetUtcNow() };

            switch (await catalogue.UpdateFunctionAsync(changed, cancellationToken))
            {
                case CatalogueWrite.Done:
                    await news.PublishAsync(cancellationToken);
                    return new FunctionWrite.Done(changed, changed.Newest.Number != current.Newest.Number);
                case CatalogueWrite.NotFound:
                    return NotFound(id);
                case CatalogueWrite.Stale:
                    continue;
                case var other:
                    throw new InvalidOperationException($"An update answered {other}.");
            }
        }

        return new FunctionWrite.Refused(new Problem(ErrorCode.Conflict, $"function {id} is being changed by others; try again"));
    }

    /// <summary>
    /// Counts from the moment of creation in ticks, not from one: a function that is removed and deployed again then never shares a
    /// generation with its former life, and who still holds a record of that life cannot write over this one. Ten million changes a second
    /// would be needed to overtake the clock.
    /// </summary>
    private static long FirstGeneration(DateTimeOffset now) => now.UtcTicks;

    /// <summary>
    /// A revision is made only when what an invocation computes has changed; labels alone do not make one. A new one gets all calls, or the canary's
    /// share; a deployment that changes nothing leaves the split as it is, so that a rollback is not undone by deploying the same again.
    /// </summary>
    private (FunctionRecord? Changed, Problem? Problem) WithRevision(
        FunctionRecord current, FunctionDeployment deployment, FunctionRevision revision, FunctionSettings settings)
    {
        var (newest, now) = (current.Newest, time.GetUtcNow());
        var same = revision with { Number = newest.Number, Image = newest.Image, DeployedAt = newest.DeployedAt } == newest;
        var next = same ? newest : revision with { Number = newest.Number + 1, Image = deployment.Image, DeployedAt = now };

        var changed = current with
        {
            Deployment = deployment,
            Revisions = same ? current.Revisions : TrafficChange.Keep([.. current.Revisions, next], current.Targets, KeptRevisions),
            DesiredReplicas = settings.Scale.Clamp(Math.Max(current.DesiredReplicas, settings.Scale.InitialReplicas)),
        };

        if (settings.Traffic is { } asked)
        {
            return TrafficSplit.Check(asked, current.Id.Name.Value, number => changed.Find(number) is not null) is { } wrong
                ? (null, BadSplit(wrong))
                : (TrafficChange.Apply(current, changed, asked, now), null);
        }

        if (same)
        {
            return (changed, null);
        }

        var targets = settings.Canary is { } percent
            ? TrafficPolicy.Canary(current.Targets, newest.Number, next.Number, percent)
            : TrafficPolicy.ToNewest(current.Targets);
        return (TrafficChange.Apply(current, changed, targets, now), null);
    }

    private static Problem BadSplit(string wrong) => new(ErrorCode.InvalidRequest, wrong, FunctionAnnotations.Traffic);

    private static FunctionWrite.Refused NotFound(FunctionId id) =>
        new(new Problem(ErrorCode.FunctionNotFound, $"function {id} not found"));
}
