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

            switch (await LeaseAsync(known, $"backbone {known.Name}", bytes, makesRoom, cancellationToken))
            {
                case LeaseOutcome.Granted granted:
                    var loading = default(Loading<PackedBackbone>);
                    try
                    {
                        return loading = await PackAsync(known, checkpoint, bytes, granted.Lease, makesRoom, cancellationToken);
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

                case var refused:
                    return NoRoom(known, refused);
            }
        }
    }

    /// <summary>What is packed and what is checked are the same reads: a folder that changed meanwhile is not what was registered.</summary>
    private async Task<Loading<PackedBackbone>> PackAsync(
        KnownBackbone known, Checkpoint checkpoint, ByteSize bytes, MemoryLease lease, bool makesRoom, CancellationToken cancellationToken)
    {
        var stamp = CheckpointStamp.Of(known.Path);
        var isVerified = stamp is not null && !_verifiesAlways && verified.Holds(known, stamp);
        var leased = await LeaseBuffersAsync(known, BackbonePacker.Buffers(checkpoint, _precision, !isVerified), makesRoom, cancellationToken);

        if (leased is not LeaseOutcome.Granted { Lease: var buffers })
        {
            return NoRoom(known, leased);
        }

        using var reading = buffers;
        using var load = loads.Begin(known, bytes);
        using var memory = UnsealedMemory.Create($"backbone-{known.Digest.Hex[..12]}", bytes.Bytes);
        var text = ReadText(checkpoint);
        var target = new PackTarget(memory.Memory.DangerousGetHandle(), bytes.Bytes, memory.Descriptor);

        // All cores for seconds: not on the thread of whoever asked.
        var hashes = await Task.Run(
            () => BackbonePacker.Pack(checkpoint, target, _precision, !isVerified, buffers.Size.Bytes, load, cancellationToken), cancellationToken);

        if (isVerified)
        {
            if (CheckpointStamp.Of(known.Path) != stamp)
            {
                return Invalid(known, "its folder changed while it was read");
            }
        }
        else if (await VerifyAsync(known, hashes, cancellationToken) is { } failed)
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
    private async Task<Loading<PackedBackbone>?> VerifyAsync(KnownBackbone known, IReadOnlyDictionary<string, byte[]> hashes, CancellationToken cancellationToken)
    {
        if (await CheckpointDigest.ComputeAsync(known.Path, hashes, cancellationToken) is not Reading<byte[]>.Accepted computed)
        {
            return Invalid(known, "its folder cannot be read");
        }

        return Digest.FromHash(computed.Value) is var actual && actual != known.Digest
            ? Invalid(known, $"its folder now has digest {actual}; register it again to serve it as it is")
            : null;
    }

    /// <summary>Adapters make room for a backbone, without which none of them could serve; then, where somebody waits, backbones that nothing runs on.</summary>
    private async Task<LeaseOutcome> LeaseAsync(KnownBackbone known, string owner, ByteSize bytes, bool makesRoom, CancellationToken cancellationToken)
    {
        while (true)
        {
            var outcome = ledger.TryLease(owner, bytes);

            if (outcome is LeaseOutcome.Granted
                || (!adapters.TryEvictOne() && !(makesRoom && await room.TryFreeAsync(Missing(bytes), known.Digest, cancellationToken))))
            {
                return outcome;
            }
        }
    }

    /// <summary>As much as is of use, and no more than half of what is free, so that another's load still finds some; nobody leaves for more than the least.</summary>
    private async Task<LeaseOutcome> LeaseBuffersAsync(KnownBackbone known, PackBuffers buffers, bool makesRoom, CancellationToken cancellationToken)
    {
        var owner = $"reading {known.Name}";
        var wished = new ByteSize(Math.Clamp(ledger.Free.Bytes / 2, buffers.Least, buffers.Most));

        return ledger.TryLease(owner, wished) is LeaseOutcome.Granted granted
            ? granted
            : await LeaseAsync(known, owner, new ByteSize(buffers.Least), makesRoom, cancellationToken);
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

    private Loading<PackedBackbone>.Failed NoRoom(KnownBackbone known, LeaseOutcome outcome)
    {
        var reason = outcome is LeaseOutcome.Refused refused ? refused.Reason : throw new System.Diagnostics.UnreachableException();
        LogNoRoom(known.Name, reason);
        return new Loading<PackedBackbone>.Failed(new Problem(ErrorCode.NoCapacity, reason));
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
