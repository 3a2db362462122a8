using System.Threading.Channels;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;
using LoraFaaS.Sandbox.Diagnostics;
using LoraFaaS.Sandbox.Generation;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Adapters;

/// <summary>
/// Copies adapters from the worker's sealed memory into pages, beside the engine loop: the copy touches pages nobody else has, so a
/// running batch loses memory bandwidth and no step. One at a time, in the order of the frames.
/// </summary>
internal sealed class AdapterStation(AdapterTable table, LoopInbox loop, TimeProvider time, JsonLog log, int capacity = 64)
{
    private readonly Channel<AdapterArrival> _arrivals = Channel.CreateBounded<AdapterArrival>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });

    /// <summary>Full means that adapters come faster than memory can be copied: the reader of frames waits.</summary>
    public async ValueTask PostAsync(AdapterArrival arrival, CancellationToken cancellationToken)
    {
        await loop.PostAsync(new LoopCommand.AdapterExpected(arrival.Digest), cancellationToken);
        await _arrivals.Writer.WriteAsync(arrival, cancellationToken);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var arrival in _arrivals.Reader.ReadAllAsync(cancellationToken))
        {
            await loop.PostAsync(Load(arrival), cancellationToken);
        }
    }

    private LoopCommand Load(AdapterArrival arrival)
    {
        var begun = time.GetTimestamp();

        using (arrival.Descriptor)
        {
            return Outcome(arrival.Digest, begun, Copy(arrival.Digest, arrival.Descriptor));
        }
    }

    private LoopCommand Outcome(string digest, long begun, AdapterLoad load) => load switch
    {
        AdapterLoad.Loaded loaded => new LoopCommand.AdapterArrived(digest, loaded.Adapter, time.GetElapsedTime(begun)),
        AdapterLoad.OutOfPages full => Missing(digest, ErrorCode.NoCapacity, $"It needs {full.Needed} pages; {full.Free} are free."),
        AdapterLoad.DoesNotFit misfit => Missing(digest, ErrorCode.AdapterInvalid, misfit.Why),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private AdapterLoad Copy(string digest, SafeFileHandle descriptor)
    {
        try
        {
            using var segment = SealedMemory.FromDescriptor(descriptor);
            using var memory = segment.Map();

            // All of it is read once, now: no fault for every few pages, where the kernel knows how.
            memory.Advise(MemoryAdvice.PopulateRead);
            return table.Load(AdapterImage.Open(AddressOf(memory), memory.Length), PageOwners.OfAdapter(digest));
        }
        catch (Exception broken) when (broken is InvalidImageException or InvalidDataException or LinuxException or ArgumentException)
        {
            log.Error("An adapter was refused", broken, ("adapter", digest));
            return new AdapterLoad.DoesNotFit(broken.Message);
        }
    }

    private static unsafe nint AddressOf(MappedMemory memory) => (nint)memory.Address;

    private static LoopCommand.AdapterMissing Missing(string digest, ErrorCode code, string message) =>
        new(digest, new Problem(code, message));
}
