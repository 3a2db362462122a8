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
    HostLedger ledger, AdapterHostCache adapters, TierCosts costs, IOptions<WorkerOptions> options, TimeProvider time, ILogger<BackboneLoader> logger)
{
    private readonly PackPrecision _precision = options.Value.Weights == "int8" ? PackPrecision.I8 : PackPrecision.Exact;

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

    public async Task<Loading<PackedBackbone>> LoadAsync(KnownBackbone known, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();

        if (await CheckpointDigest.ComputeAsync(known.Path, cancellationToken) is not Reading<byte[]>.Accepted computed)
        {
            return Invalid(known, "its folder cannot be read");
        }

        if (Digest.FromHash(computed.Value) is var actual && actual != known.Digest)
        {
            return Invalid(known, $"its folder now has digest {actual}; register it again to serve it as it is");
        }

        return Checkpoint.Open(known.Path) switch
        {
            Reading<Checkpoint>.Accepted accepted => await PackAsync(known, accepted.Value, begun, cancellationToken),
            Reading<Checkpoint>.Refused refused => Invalid(known, refused.Why.ToString()),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private async Task<Loading<PackedBackbone>> PackAsync(KnownBackbone known, Checkpoint checkpoint, long begun, CancellationToken cancellationToken)
    {
        using (checkpoint)
        {
            var bytes = new ByteSize(BackbonePacker.Measure(checkpoint, _precision));

            switch (Lease(known, bytes))
            {
                case LeaseOutcome.Granted granted:
                    try
                    {
                        var text = ReadText(checkpoint);

                        // All cores for seconds: not on the thread of whoever asked.
                        var segment = await Task.Run(() => Pack(known, checkpoint, bytes, cancellationToken), cancellationToken);
                        costs.Observe(ClimbStep.BackbonePack, bytes, time.GetElapsedTime(begun));
                        LogPacked(known.Name, bytes, time.GetElapsedTime(begun).TotalSeconds);
                        return new Loading<PackedBackbone>.Ready(new PackedBackbone(known.Digest, segment, granted.Lease, checkpoint.Config, text));
                    }
                    catch (Exception failure) when (failure is IOException or RefusedException)
                    {
                        granted.Lease.Dispose();
                        return Invalid(known, failure.Message);
                    }
                    catch
                    {
                        granted.Lease.Dispose();
                        throw;
                    }

                case LeaseOutcome.Refused refused:
                    LogNoRoom(known.Name, refused.Reason);
                    return new Loading<PackedBackbone>.Failed(new Problem(ErrorCode.NoCapacity, refused.Reason));
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
    }

    private SealedMemory Pack(KnownBackbone known, Checkpoint checkpoint, ByteSize bytes, CancellationToken cancellationToken)
    {
        using var memory = UnsealedMemory.Create($"backbone-{known.Digest.Hex[..12]}", bytes.Bytes);
        var progress = new PackingProgress(known.Name, bytes, logger);
        BackbonePacker.Pack(checkpoint, memory.Memory.DangerousGetHandle(), bytes.Bytes, _precision, progress, cancellationToken);
        return memory.Seal();
    }

    /// <summary>Adapters make room for a backbone, without which none of them could serve.</summary>
    private LeaseOutcome Lease(KnownBackbone known, ByteSize bytes)
    {
        while (true)
        {
            var outcome = ledger.TryLease($"backbone {known.Name}", bytes);

            if (outcome is LeaseOutcome.Granted || !adapters.TryEvictOne())
            {
                return outcome;
            }
        }
    }

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

    [LoggerMessage(3421, LogLevel.Information, "Backbone {Backbone} packed, {Bytes} in {Seconds:0.00} s")]
    private partial void LogPacked(string backbone, ByteSize bytes, double seconds);

    [LoggerMessage(3422, LogLevel.Error, "Backbone {Backbone} at {Path} cannot be served: {Why}")]
    private partial void LogInvalid(string backbone, string path, string why);

    [LoggerMessage(3423, LogLevel.Error, "Backbone {Backbone} does not fit: {Why}")]
    private partial void LogNoRoom(string backbone, string why);
}
