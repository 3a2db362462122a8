using System.Diagnostics;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Workers;
using Wire = LoraFaaS.Protocol.Control;

namespace LoraFaaS.Controller.Rpc;

/// <summary>Commands as control.proto says them.</summary>
internal static class CommandWire
{
    public static Wire.WorkerCommand ToWire(this NumberedCommand command, Wire.Welcome welcome)
    {
        var wire = new Wire.WorkerCommand { CommandId = command.Number };

        switch (command.Command)
        {
            case WorkerCommand.Welcome:
                wire.Welcome = welcome;
                break;
            case WorkerCommand.KnowBackbone know:
                wire.KnowBackbone = new Wire.KnowBackbone { Digest = know.Digest.Value, Name = know.Name.Value ?? "", Path = know.Path, Forget = know.Forget };
                break;
            case WorkerCommand.Load load:
                wire.Load = Load(load);
                break;
            case WorkerCommand.Offload offload:
                wire.Offload = new Wire.OffloadArtifact
                {
                    AdapterDigest = offload.Adapter.Value,
                    TrustDomain = offload.TrustDomain?.Value ?? "",
                    Tier = (int)offload.Tier,
                    Reason = offload.Reason,
                };
                break;
            case WorkerCommand.Preload preload:
                wire.Preload = new Wire.PreloadArtifact
                {
                    Kind = preload.Kind.ToWord(),
                    Key = preload.Revision.Function.ToWire(),
                    Revision = preload.Revision.ToWire(),
                    TrustDomain = preload.Revision.TrustDomain.Value,
                    Tier = (int)preload.Tier,
                    Reason = preload.Reason,
                };
                break;
            case WorkerCommand.OffloadOf offload:
                wire.Offload = new Wire.OffloadArtifact
                {
                    Kind = offload.Kind.ToWord(),
                    BackboneDigest = offload.Revision.BackboneDigest.Value,
                    AdapterDigest = offload.Revision.AdapterDigest?.Value ?? "",
                    TrustDomain = offload.Revision.TrustDomain.Value,
                    Key = offload.Revision.Function.ToWire(),
                    Revision = offload.Revision.Number,
                    Tier = (int)offload.Tier,
                    Reason = offload.Reason,
                };
                break;
            case WorkerCommand.DropPrefix drop:
                wire.Offload = new Wire.OffloadArtifact
                {
                    Kind = ArtifactKind.Prefix.ToWord(),
                    TrustDomain = drop.TrustDomain.Value,
                    Key = drop.Function.ToWire(),
                    Revision = drop.Revision,
                    Tier = (int)StorageTier.Remote,
                    Reason = drop.Reason,
                };
                break;
            case WorkerCommand.Drain drain:
                wire.Drain = new Wire.DrainWorker { Resume = drain.Resume };
                break;
            case WorkerCommand.AckUsage ack:
                wire.AckUsage = new Wire.AckUsage { Sequence = ack.Sequence };
                break;
            default:
                throw new UnreachableException();
        }

        return wire;
    }

    private static Wire.LoadArtifact Load(WorkerCommand.Load load) => new()
    {
        Key = load.Revision.Function.ToWire(),
        BackboneDigest = load.Revision.BackboneDigest.Value,
        AdapterDigest = load.Revision.AdapterDigest?.Value ?? "",
        AdapterBytes = load.Revision.AdapterBytes,
        TrustDomain = load.Revision.TrustDomain.Value,
        Tier = (int)load.Tier,
        Reason = load.Reason,
        Live = load.Live,
    };
}
