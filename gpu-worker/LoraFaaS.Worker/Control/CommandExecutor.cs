using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Invocations;
using LoraFaaS.Worker.Outcomes;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Control;

/// <summary>Carries out what the controller commands. Each command may come twice; what is already so is done.</summary>
internal sealed partial class CommandExecutor(
    BackboneCatalogue catalogue,
    BackboneStore backbones,
    AdapterTiers tiers,
    SandboxSupervisor supervisor,
    PreloadExecutor preloads,
    OffloadExecutor offloads,
    ResidencyNotes notes,
    DrainState drain,
    TimeProvider time,
    ILogger<CommandExecutor> logger)
{
    /// <summary>Null: done; of a load to the device <paramref name="account"/> then says where its time went.</summary>
    public async Task<Problem?> ExecuteAsync(WorkerCommand command, ColdStart account, CancellationToken cancellationToken)
    {
        switch (command.KindCase)
        {
            case WorkerCommand.KindOneofCase.KnowBackbone:
                return await KnowAsync(command.KnowBackbone);
            case WorkerCommand.KindOneofCase.Load:
                LogLoad(command.Load.AdapterDigest, command.Load.TrustDomain, (StorageTier)command.Load.Tier, command.Load.Reason);
                return await LoadAsync(command.Load, account, cancellationToken);
            case WorkerCommand.KindOneofCase.Offload:
                LogOffload(command.Offload.Kind, command.Offload.AdapterDigest, command.Offload.TrustDomain, (StorageTier)command.Offload.Tier, command.Offload.Reason);
                return await offloads.OffloadAsync(command.Offload, cancellationToken);
            case WorkerCommand.KindOneofCase.Preload:
                LogPreload(command.Preload.Kind, command.Preload.Key?.Function, command.Preload.TrustDomain, (StorageTier)command.Preload.Tier, command.Preload.Reason);
                return await preloads.PreloadAsync(command.Preload, cancellationToken);
            case WorkerCommand.KindOneofCase.Drain:
                drain.Command(drain: !command.Drain.Resume);
                return null;
            default:
                return new Problem(ErrorCode.InvalidRequest, $"This worker does not know the command {command.KindCase}.");
        }
    }

    /// <summary>Packs a backbone that has just become known, so that the first invocation does not wait for it.</summary>
    public async Task PrepareAsync(KnowBackbone command, CancellationToken cancellationToken)
    {
        if (!command.Forget && Digest.TryParse(command.Digest, out var digest)
            && await backbones.EnsureAsync(digest, cancellationToken) is Loading<PackedBackbone>.Failed failed)
        {
            LogNotPrepared(command.Name, failed.Problem.Message);
        }
    }

    private async Task<Problem?> KnowAsync(KnowBackbone command)
    {
        if (!Digest.TryParse(command.Digest, out var digest))
        {
            return new Problem(ErrorCode.InvalidRequest, "It is not a digest.", "digest");
        }

        if (!command.Forget)
        {
            return Check(digest, command, isNew: catalogue.Know(new KnownBackbone(digest, command.Name, command.Path)));
        }

        catalogue.Forget(digest);
        await backbones.ForgetAsync(digest);
        await supervisor.RetireAsync(digest);
        return null;
    }

    /// <summary>What is packed serves from memory, whatever became of its folder. The controller asks again and again, the log says it once.</summary>
    private Problem? Check(Digest digest, KnowBackbone command, bool isNew)
    {
        var problem = backbones.Contains(digest) ? null : BackboneLoader.Check(command.Name, command.Path);

        if (problem is not null && isNew)
        {
            LogUnreadable(command.Name, command.Path, problem.Message);
        }

        return problem;
    }

    private async Task<Problem?> LoadAsync(LoadArtifact command, ColdStart account, CancellationToken cancellationToken)
    {
        if (!Digest.TryParse(command.BackboneDigest, out var backbone))
        {
            return new Problem(ErrorCode.InvalidRequest, "It is not a digest.", "backbone_digest");
        }

        Digest? adapter = Digest.TryParse(command.AdapterDigest, out var digest) ? digest : null;

        if (adapter is null && command.AdapterDigest.Length > 0)
        {
            return new Problem(ErrorCode.InvalidRequest, "It is not a digest.", "adapter_digest");
        }

        Note(new SandboxKey(new TrustDomain(command.TrustDomain), backbone), adapter, command.Reason);

        return (StorageTier)command.Tier switch
        {
            StorageTier.Disk when adapter is { } wanted => await tiers.ToDiskAsync(wanted, command.AdapterBytes, Urgency.Live, cancellationToken),
            StorageTier.Host when adapter is { } wanted => await tiers.ToHostAsync(new AdapterKey(wanted, backbone), command.AdapterBytes, Urgency.Live, cancellationToken),
            StorageTier.Host => await backbones.EnsureAsync(backbone, cancellationToken) is Loading<PackedBackbone>.Failed failed ? failed.Problem : null,
            StorageTier.Device => await ToDeviceAsync(new SandboxKey(new TrustDomain(command.TrustDomain), backbone), adapter, command.AdapterBytes, account, cancellationToken),
            _ => new Problem(ErrorCode.InvalidRequest, $"Nothing can be loaded to tier {command.Tier}.", "tier"),
        };
    }

    private void Note(SandboxKey key, Digest? adapter, string reason)
    {
        notes.Because(ArtifactName.Sandbox(key), reason);

        if (adapter is { } digest)
        {
            notes.Because(ArtifactName.Adapter(digest), reason);
        }
    }

    private async Task<Problem?> ToDeviceAsync(SandboxKey key, Digest? adapter, long bytes, ColdStart account, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();

        switch (await supervisor.UseAsync(key, cancellationToken))
        {
            case Loading<SandboxUse>.Ready ready:
                using (ready.Value)
                {
                    account.MergeFrom(ready.Value.Account(time.GetElapsedTime(begun)));
                    account.AdapterTier = (int)StorageTier.Device;
                    begun = time.GetTimestamp();

                    if (adapter is not { } wanted)
                    {
                        return null;
                    }

                    switch (await ready.Value.Sandbox.UseAdapterAsync(wanted, bytes, cancellationToken))
                    {
                        case Loading<AdapterUse>.Ready use:
                            account.AdapterMs = time.GetElapsedTime(begun).TotalMilliseconds;
                            account.AdapterTier = (int)use.Value.FoundAt;
                            use.Value.Dispose();
                            return null;
                        case Loading<AdapterUse>.Failed failed:
                            return failed.Problem;
                        default:
                            throw new System.Diagnostics.UnreachableException();
                    }
                }

            case Loading<SandboxUse>.Failed failed:
                return failed.Problem;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    [LoggerMessage(3501, LogLevel.Information, "Load {Adapter} for {TrustDomain} to {Tier}: {Reason}")]
    private partial void LogLoad(string adapter, string trustDomain, StorageTier tier, string reason);

    [LoggerMessage(3502, LogLevel.Information, "Offload {Kind} {Adapter} of {TrustDomain} to {Tier}: {Reason}")]
    private partial void LogOffload(string kind, string adapter, string trustDomain, StorageTier tier, string reason);

    [LoggerMessage(3505, LogLevel.Information, "Preload {Kind} of {Function} for {TrustDomain} to {Tier}: {Reason}")]
    private partial void LogPreload(string kind, string? function, string trustDomain, StorageTier tier, string reason);

    [LoggerMessage(3504, LogLevel.Warning, "Backbone {Backbone} at {Path} cannot be read here: {Why}")]
    private partial void LogUnreadable(string backbone, string path, string why);

    [LoggerMessage(3503, LogLevel.Error, "Backbone {Backbone} could not be packed ahead: {Why}")]
    private partial void LogNotPrepared(string backbone, string why);
}
