using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// Moves artifacts down as the controller commands. What runs keeps what it uses: the command is then answered with a conflict. What goes takes with it
/// what is of no use without it: an adapter its prefixes, a sandbox all it holds. Null means done, and what is already so is done.
/// </summary>
internal sealed class OffloadExecutor(AdapterTiers tiers, PrefixTiers prefixes, BackboneStore backbones, SandboxSupervisor supervisor)
{
    public async Task<Problem?> OffloadAsync(OffloadArtifact command, CancellationToken cancellationToken) =>
        (command.Kind.Length == 0 ? ArtifactKind.Adapter : ArtifactKinds.Parse(command.Kind)) switch
        {
            ArtifactKind.Adapter => await OffloadAdapterAsync(command, cancellationToken),
            ArtifactKind.Prefix => await OffloadPrefixAsync(command, cancellationToken),
            ArtifactKind.Sandbox or ArtifactKind.Kernels => await OffloadSandboxAsync(command),
            ArtifactKind.Backbone => await OffloadBackboneAsync(command),
            _ => new Problem(ErrorCode.InvalidRequest, $"'{command.Kind}' is no kind of artifact.", "kind"),
        };

    private async Task<Problem?> OffloadAdapterAsync(OffloadArtifact command, CancellationToken cancellationToken)
    {
        if (!Digest.TryParse(command.AdapterDigest, out var adapter))
        {
            return new Problem(ErrorCode.InvalidRequest, "It is not a digest.", "adapter_digest");
        }

        foreach (var sandbox in Concerned(command.TrustDomain))
        {
            var isThere = sandbox.Adapters.Any(entry => entry.Digest == adapter);

            if (isThere && !await sandbox.TryOffloadAsync(adapter, cancellationToken))
            {
                return new Problem(ErrorCode.Conflict, $"A running sequence of {sandbox.Key.TrustDomain} uses adapter {adapter}.");
            }
        }

        tiers.DropAbove(adapter, (StorageTier)command.Tier);
        return null;
    }

    private async Task<Problem?> OffloadPrefixAsync(OffloadArtifact command, CancellationToken cancellationToken)
    {
        if (command.Key is not { } key || !NamespaceName.TryParse(key.Namespace, out var space) || !FunctionName.TryParse(key.Function, out var name))
        {
            return new Problem(ErrorCode.InvalidRequest, "It names no function.", "key");
        }

        foreach (var sandbox in Concerned(command.TrustDomain))
        {
            await sandbox.TryDropPrefixAsync(new FunctionId(space, name), command.Revision, cancellationToken);
        }

        foreach (var kept in prefixes.Kept.Where(kept => kept.Function == new FunctionId(space, name) && kept.Revision == command.Revision
            && (command.TrustDomain.Length == 0 || kept.Sandbox.TrustDomain.Value == command.TrustDomain)))
        {
            prefixes.DropAbove(kept, (StorageTier)command.Tier);
        }

        return null;
    }

    private async Task<Problem?> OffloadSandboxAsync(OffloadArtifact command)
    {
        if (!Digest.TryParse(command.BackboneDigest, out var backbone) || command.TrustDomain.Length == 0)
        {
            return new Problem(ErrorCode.InvalidRequest, "It names no sandbox.", "trust_domain");
        }

        return await supervisor.TryStopAsync(new SandboxKey(new TrustDomain(command.TrustDomain), backbone))
            ? null
            : new Problem(ErrorCode.Conflict, $"The sandbox of {command.TrustDomain} is in use.");
    }

    private async Task<Problem?> OffloadBackboneAsync(OffloadArtifact command)
    {
        if (!Digest.TryParse(command.BackboneDigest, out var backbone))
        {
            return new Problem(ErrorCode.InvalidRequest, "It is not a digest.", "backbone_digest");
        }

        if (supervisor.Resident.FirstOrDefault(sandbox => sandbox.Key.Backbone == backbone) is { } user)
        {
            return new Problem(ErrorCode.Conflict, $"The sandbox of {user.Key.TrustDomain} maps backbone {backbone}.");
        }

        return await backbones.TryOffloadAsync(backbone) || !backbones.Contains(backbone)
            ? null
            : new Problem(ErrorCode.Conflict, $"A sandbox that is being started maps backbone {backbone}.");
    }

    private IEnumerable<ResidentSandbox> Concerned(string trustDomain) =>
        supervisor.Resident.Where(sandbox => trustDomain.Length == 0 || sandbox.Key.TrustDomain.Value == trustDomain);
}
