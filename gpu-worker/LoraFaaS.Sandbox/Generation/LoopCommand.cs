using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Sandbox.Adapters;
using LoraFaaS.Sandbox.Prompts;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>What other threads may ask of the engine loop. Commands are carried out between steps, in the order they were posted.</summary>
internal abstract record LoopCommand
{
    private LoopCommand()
    {
    }

    /// <summary>A command to one generation.</summary>
    public abstract record OfSequence(ulong Sequence) : LoopCommand;

    /// <summary>A generation was asked for. Its prompt is still being prepared, but credits and cancellation already find it.</summary>
    public sealed record Begin(ulong Sequence, int Credits, string AdapterDigest, TimeSpan? SloTtft, TimeSpan? SloTpot) : LoopCommand
    {
        /// <summary>Set when it is no generation but a prompt prefix to be computed and kept under this name.</summary>
        public string? Prefix { get; init; }
    }

    public sealed record DropPrefix(string Name) : LoopCommand;

    /// <summary>What is kept under this name is wanted in the worker's memory.</summary>
    public sealed record SavePrefix(string Name, SafeFileHandle Memory) : LoopCommand;

    /// <summary>What was saved is to be kept again: the image of these tokens' blocks.</summary>
    public sealed record RestorePrefix(string Name, string AdapterDigest, PreparedGeneration Generation, SafeFileHandle Image) : LoopCommand;

    /// <summary>Its tokens could not be made.</summary>
    public sealed record NotRestored(string Name, Problem Problem) : LoopCommand;

    /// <summary>The lease of device memory has so many bytes from now on.</summary>
    public sealed record Lease(long Bytes) : LoopCommand;

    public sealed record Prepared(ulong Sequence, PreparedGeneration Generation) : OfSequence(Sequence);

    public sealed record NotPrepared(ulong Sequence, Problem Problem) : OfSequence(Sequence);

    public sealed record Cancel(ulong Sequence, AbortCause Cause) : OfSequence(Sequence);

    public sealed record Credit(ulong Sequence, int Credits) : OfSequence(Sequence);

    /// <summary>An adapter is being copied in; sequences that name it wait.</summary>
    public sealed record AdapterExpected(string Digest) : LoopCommand;

    public sealed record AdapterArrived(string Digest, AdapterHandle Adapter, TimeSpan LoadTime) : LoopCommand;

    /// <summary>An expected adapter has pages, and fills them while it is used.</summary>
    public sealed record AdapterBegun(ArrivingAdapter Adapter) : LoopCommand;

    /// <summary>All of one that has begun is there.</summary>
    public sealed record AdapterWhole(ArrivingAdapter Adapter) : LoopCommand;

    /// <summary>One that was on its way does not come, or is not what its digest names. It may have begun.</summary>
    public sealed record AdapterLost(ArrivingAdapter Adapter) : LoopCommand;

    public sealed record AdapterMissing(string Digest, Problem Problem) : LoopCommand;

    public sealed record UnloadAdapter(string Digest) : LoopCommand;

    /// <summary>Finish what runs, refuse what comes, then end.</summary>
    public sealed record Drain : LoopCommand;
}
