using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Configuration;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>What a sandbox of a backbone is opened with, whoever it will be for: a blank builds its engine by the same.</summary>
internal static class OpeningFrame
{
    public static Open For(Digest backbone, ByteSize lease, WorkerOptions options) => new()
    {
        BackboneDigest = backbone.Value,
        DeviceBytes = lease.Bytes,
        DeviceLimitBytes = Math.Max(lease.Bytes, options.SandboxBytes.Bytes),
        Threads = options.SandboxThreads(Environment.ProcessorCount),
        MaxSequences = options.MaxSequences,
        MaxStepTokens = options.MaxStepTokens,
        Kernels = options.Kernels,
    };
}
