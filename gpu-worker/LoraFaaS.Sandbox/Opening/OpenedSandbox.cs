using LoraFaaS.Engine;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Sandbox.Prompts;

namespace LoraFaaS.Sandbox.Opening;

/// <summary>What an Open frame has made: the backbone mapped, the engine built, the text side read. Lives as long as the process.</summary>
internal sealed record OpenedSandbox : IDisposable
{
    public required string BackboneDigest { get; init; }

    public required string TrustDomain { get; init; }

    public required InferenceEngine Engine { get; init; }

    public required IComputeBackend Backend { get; init; }

    public required MappedMemory Backbone { get; init; }

    public required TextSide Text { get; init; }

    /// <summary>Most rows of a step.</summary>
    public required int MaxSequences { get; init; }

    public required TimeSpan MapTime { get; init; }

    public required TimeSpan KernelsTime { get; init; }

    public void Dispose()
    {
        Engine.Dispose();
        Backend.Dispose();
        Backbone.Dispose();
    }
}
