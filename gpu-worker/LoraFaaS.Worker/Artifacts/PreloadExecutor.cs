using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Outcomes;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// Brings artifacts nearer before anybody waits for them. It gives way: while an invocation waits for artifacts nothing is begun, and what is under way
/// is given up unless that invocation waits for the same. Null means done, and what is already so is done.
/// </summary>
internal sealed class PreloadExecutor(
    AdapterTiers tiers, BackboneStore backbones, SandboxSupervisor supervisor, SandboxSpawner spawner, LiveDemand demand, ResidencyNotes notes, TimeProvider time)
{
    /// <summary>Longest a command waits for invocations to be served first; the controller plans anew meanwhile.</summary>
    private static readonly TimeSpan QuietLimit = TimeSpan.FromSeconds(5);

    public async Task<Problem?> PreloadAsync(PreloadArtifact command, CancellationToken cancellationToken)
    {
        if (Read(command) is not { } wanted)
        {
            return new Problem(ErrorCode.InvalidRequest, "It names no artifact of a revision.", "preload");
        }

        using var patience = new CancellationTokenSource(QuietLimit, time);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);

        try
        {
            await demand.QuietAsync(waiting.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return GaveWay();
        }

        using var yielding = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, demand.Yield);

        try
        {
            return await BringAsync(wanted, yielding.Token);
        }
        catch (OperationCanceledException) when (yielding.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return GaveWay();
        }
    }

    private async Task<Problem?> BringAsync(Wanted wanted, CancellationToken cancellationToken)
    {
        var bytes = wanted.Revision.AdapterBytes;
        Because(wanted);

        return (wanted.Kind, wanted.Tier, wanted.Adapter) switch
        {
            (ArtifactKind.Adapter, StorageTier.Disk, { } adapter) => await tiers.ToDiskAsync(adapter, bytes, Urgency.Ahead, cancellationToken),
            (ArtifactKind.Adapter, StorageTier.Host, { } adapter) =>
                await tiers.ToHostAsync(new AdapterKey(adapter, wanted.Sandbox.Backbone), bytes, Urgency.Ahead, cancellationToken),
            (ArtifactKind.Adapter, StorageTier.Device, { }) => await ToDeviceAsync(wanted, withPrefix: false, cancellationToken),
            (ArtifactKind.Backbone, StorageTier.Host, _) =>
                await backbones.EnsureAsync(wanted.Sandbox.Backbone, Urgency.Ahead, cancellationToken) is Loading<PackedBackbone>.Failed failed ? failed.Problem : null,
            (ArtifactKind.Sandbox or ArtifactKind.Kernels, StorageTier.Host, _) => await spawner.EnsureBlankAsync(cancellationToken),
            (ArtifactKind.Sandbox or ArtifactKind.Kernels or ArtifactKind.Backbone, StorageTier.Device, _) =>
                await ToDeviceAsync(wanted with { Adapter = null }, withPrefix: false, cancellationToken),
            (ArtifactKind.Prefix, StorageTier.Device, _) => await ToDeviceAsync(wanted, withPrefix: true, cancellationToken),
            _ => new Problem(ErrorCode.InvalidRequest, $"A {wanted.Kind.ToWord()} has no tier {wanted.Tier.ToString().ToLowerInvariant()} to be brought to.", "tier"),
        };
    }

    private async Task<Problem?> ToDeviceAsync(Wanted wanted, bool withPrefix, CancellationToken cancellationToken)
    {
        switch (await supervisor.UseAsync(wanted.Sandbox, cancellationToken, Urgency.Ahead))
        {
            case Loading<SandboxUse>.Ready ready:
                using (ready.Value)
                {
                    return await ToSandboxAsync(ready.Value.Sandbox, wanted, withPrefix, cancellationToken);
                }

            case Loading<SandboxUse>.Failed failed:
                return failed.Problem;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>The prefix is computed with the adapter, which must stay until it is.</summary>
    private static async Task<Problem?> ToSandboxAsync(ResidentSandbox sandbox, Wanted wanted, bool withPrefix, CancellationToken cancellationToken)
    {
        AdapterUse? use = null;

        if (wanted.Adapter is { } adapter)
        {
            switch (await sandbox.UseAdapterAsync(adapter, wanted.Revision.AdapterBytes, cancellationToken, Urgency.Ahead))
            {
                case Loading<AdapterUse>.Ready ready:
                    use = ready.Value;
                    break;
                case Loading<AdapterUse>.Failed failed:
                    return failed.Problem;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }

        using (use)
        {
            return withPrefix ? await sandbox.PreparePrefixAsync(wanted.Function, wanted.Revision, cancellationToken) : null;
        }
    }

    private void Because(Wanted wanted)
    {
        notes.Because(ArtifactName.Sandbox(wanted.Sandbox), wanted.Reason);
        notes.Because(ArtifactName.Backbone(wanted.Sandbox.Backbone), wanted.Reason);

        if (wanted.Adapter is { } adapter)
        {
            notes.Because(ArtifactName.Adapter(adapter), wanted.Reason);
        }

        notes.Because(ArtifactName.Prefix(wanted.Function, wanted.Revision.Number), wanted.Reason);
    }

    private static Wanted? Read(PreloadArtifact command)
    {
        if (ArtifactKinds.Parse(command.Kind) is not { } kind || command.Revision is not { } revision || command.Key is not { } key || command.TrustDomain.Length == 0
            || !Digest.TryParse(revision.BackboneDigest, out var backbone) || !Enum.IsDefined((StorageTier)command.Tier)
            || !NamespaceName.TryParse(key.Namespace, out var space) || !FunctionName.TryParse(key.Function, out var name))
        {
            return null;
        }

        Digest? adapter = null;

        if (revision.AdapterDigest.Length > 0)
        {
            if (!Digest.TryParse(revision.AdapterDigest, out var digest))
            {
                return null;
            }

            adapter = digest;
        }

        var reference = new RevisionRef
        {
            Namespace = key.Namespace,
            Function = key.Function,
            Number = revision.Number,
            BackboneDigest = revision.BackboneDigest,
            AdapterDigest = revision.AdapterDigest,
            AdapterBytes = revision.AdapterBytes,
            TrustDomain = command.TrustDomain,
            SystemPrompt = revision.SystemPrompt,
        };

        return new Wanted(
            kind, (StorageTier)command.Tier, new SandboxKey(new TrustDomain(command.TrustDomain), backbone), new FunctionId(space, name), adapter, reference, command.Reason);
    }

    private static Problem GaveWay() => new(ErrorCode.Cancelled, "An invocation needed the way; send it again.");

    private sealed record Wanted(
        ArtifactKind Kind, StorageTier Tier, SandboxKey Sandbox, FunctionId Function, Digest? Adapter, RevisionRef Revision, string Reason);
}
