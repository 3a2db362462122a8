using System.Collections.Frozen;
using Google.Protobuf;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Offloading;
using LoraFaaS.Worker.Outcomes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Backbones;

/// <summary>Reads a registered folder, makes sure it still is what was registered, and packs it into a sealed segment.</summary>
internal sealed partial class BackboneLoader(
    HostLedger ledger, AdapterHostCache adapters, BackboneRoom room, BackboneLoads loads, VerifiedFolders verified, IOptions<WorkerOptions> options, ILogger<BackboneLoader> logger)
{
    private readonly PackPrecision _precision = options.Value.Weights == "int8" ? PackPrecision.I8 : PackPrecision.Exact;
    private readonly bool _verifiesAlways = options.Value.VerifyBackbones == "always";

    private static readonly string[] TextFiles =
    [
        CheckpointFiles.Config, CheckpointFiles.GenerationConfig, CheckpointFiles.Tokenizer, CheckpointFiles.TokenizerConfig, CheckpointFiles.ChatTemplate,
    ];

    /// <summary>Whether a folder holds a checkpoint that this worker can read, by its headers alone. Null: it does.</summary>
    public static Problem? Check(string name, string path)
    {
        switch (Checkpoint.Open(path))
        {
            case Reading<Checkpoint>.Accepted accepted:
                accepted.Value.Dispose();
                return null;
            case Reading<Checkpoint>.Refused refused:
                return new Problem(ErrorCode.BackboneInvalid, $"Backbone {name} cannot be read on this worker: {refused.Why}.", "path");
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    public async Task<Loading<PackedBackbone>> LoadAsync(KnownBackbone known, bool makesRoom, CancellationToken cancellationToken) => Checkpoint.Open(known.Path) switch
    {
        Reading<Checkpoint>.Accepted accepted => await LoadAsync(known, accepted.Value, makesRoom, cancellationToken),
        Reading<Checkpoint>.Refused refused => Invalid(known, refused.Why.ToString()),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>It is registered no more.</summary>
    public void Forget(Digest backbone) => verified.Forget(backbone);

    private async Task<Loading<PackedBackbone>> LoadAsync(KnownBackbone known, Checkpoint checkpoint, bool makesRoom, CancellationToken cancellationToken)
    {
        using (checkpoint)
        {
            var bytes = new ByteSize(BackbonePacker.Measure(checkpoint, _precision));

            switch (await LeaseAsync(known, bytes, makesRoom, cancellationToken))
            {
                case LeaseOutcome.Granted granted:
                    var loading = default(Loading<PackedBackbone>);
                    try
                    {
                        return loading = await PackAsync(known, checkpoint, bytes, granted.Lease, cancellationToken);
                    }
                    catch (Exception failure) when (failure is IOException or RefusedException)
                    {
                        return Invalid(known, failure.Message);
                    }
                    finally
                    {
                        if (loading is not Loading<PackedBackbone>.Ready)
                        {
                            granted.Lease.Dispose();
                        }
                    }

                case LeaseOutcome.Refused refused:
                    LogNoRoom(known.Name, refused.Reason);
                    return new Loading<PackedBackbone>.Failed(new Problem(ErrorCode.NoCapacity, refused.Reason));
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
    }

    /// <summary>What is packed and what is checked are the same reads: a folder that changed meanwhile is not what was registered.</summary>
    private async Task<Loading<PackedBackbone>> PackAsync(
        KnownBackbone known, Checkpoint checkpoint, ByteSize bytes, MemoryLease lease, CancellationToken cancellationToken)
    {
        using var load = loads.Begin(known, bytes);
        var stamp = CheckpointStamp.Of(known.Path);
        using var memory = UnsealedMemory.Create($"backbone-{known.Digest.Hex[..12]}", bytes.Bytes);
        var text = ReadText(checkpoint);
        var destination = memory.Memory.DangerousGetHandle();

        if (stamp is not null && !_verifiesAlways && verified.Holds(known, stamp))
        {
            // All cores for seconds: not on the thread of whoever asked.
            await Task.Run(() => BackbonePacker.Pack(checkpoint, destination, bytes.Bytes, _precision, load, cancellationToken), cancellationToken);

            if (CheckpointStamp.Of(known.Path) != stamp)
            {
                return Invalid(known, "its folder changed while it was read");
            }
        }
        else if (await PackAndVerifyAsync(known, checkpoint, destination, load, cancellationToken) is { } failed)
        {
            return failed;
        }
        else if (stamp is not null && CheckpointStamp.Of(known.Path) == stamp)
        {
            verified.Note(known, stamp);
        }

        load.Succeeded();
        return new Loading<PackedBackbone>.Ready(new PackedBackbone(known.Digest, memory.Seal(), lease, checkpoint.Config, text));
    }

    /// <summary>Null: it is what was registered.</summary>
    private async Task<Loading<PackedBackbone>?> PackAndVerifyAsync(
        KnownBackbone known, Checkpoint checkpoint, nint destination, BackboneLoad load, CancellationToken cancellationToken)
    {
        var hashes = await Task.Run(
            () => BackbonePacker.PackAndHash(checkpoint, destination, load.Total.Bytes, _precision, load, cancellationToken), cancellationToken);

        if (await CheckpointDigest.ComputeAsync(known.Path, hashes, cancellationToken) is not Reading<byte[]>.Accepted computed)
        {
            return Invalid(known, "its folder cannot be read");
        }

        return Digest.FromHash(computed.Value) is var actual && actual != known.Digest
            ? Invalid(known, $"its folder now has digest {actual}; register it again to serve it as it is")
            : null;
    }

    /// <summary>Adapters make room for a backbone, without which none of them could serve; then, where somebody waits, backbones that nothing runs on.</summary>
    private async Task<LeaseOutcome> LeaseAsync(KnownBackbone known, ByteSize bytes, bool makesRoom, CancellationToken cancellationToken)
    {
        while (true)
        {
            var outcome = ledger.TryLease($"backbone {known.Name}", bytes);

            if (outcome is LeaseOutcome.Granted
                || (!adapters.TryEvictOne() && !(makesRoom && await room.TryFreeAsync(Missing(bytes), known.Digest, cancellationToken))))
            {
                return outcome;
            }
        }
    }

    private ByteSize Missing(ByteSize bytes) => new(Math.Max(1, bytes.Bytes - ledger.Free.Bytes));

    private static FrozenDictionary<string, ByteString> ReadText(Checkpoint checkpoint)
    {
        var files = new Dictionary<string, ByteString>(StringComparer.Ordinal);

        foreach (var name in TextFiles)
        {
            if (checkpoint.ReadText(name).ValueOrThrow() is { } content)
            {
                files.Add(name, ByteString.CopyFrom(content.Span));
            }
        }

        return files.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private Loading<PackedBackbone> Invalid(KnownBackbone known, string why)
    {
        LogInvalid(known.Name, known.Path, why);
        return new Loading<PackedBackbone>.Failed(new Problem(ErrorCode.BackboneInvalid, $"Backbone {known.Name}: {why}."));
    }

    [LoggerMessage(3422, LogLevel.Error, "Backbone {Backbone} at {Path} cannot be served: {Why}")]
    private partial void LogInvalid(string backbone, string path, string why);

    [LoggerMessage(3423, LogLevel.Error, "Backbone {Backbone} does not fit: {Why}")]
    private partial void LogNoRoom(string backbone, string why);
}
