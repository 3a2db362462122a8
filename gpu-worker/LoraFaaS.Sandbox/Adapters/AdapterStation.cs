using System.Threading.Channels;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Weights;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;
using LoraFaaS.Protocol.Arrivals;
using LoraFaaS.Sandbox.Diagnostics;
using LoraFaaS.Sandbox.Generation;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Sandbox.Adapters;

/// <summary>
/// Copies adapters from the worker's sealed memory into pages, beside the engine loop: the copy touches pages nobody else has, so a
/// running batch loses memory bandwidth and no step. One at a time, in the order of the frames. One that the worker still packs is watched beside them, and may be used before it is whole.
/// </summary>
internal sealed class AdapterStation(AdapterTable table, LoopInbox loop, StepPause pause, TimeProvider time, JsonLog log, int capacity = 64)
{
    private readonly Channel<AdapterArrival> _arrivals = Channel.CreateBounded<AdapterArrival>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
    private readonly List<Task> _watches = [];

    /// <summary>Full means that adapters come faster than memory can be copied: the reader of frames waits.</summary>
    public async ValueTask PostAsync(AdapterArrival arrival, CancellationToken cancellationToken)
    {
        await loop.PostAsync(new LoopCommand.AdapterExpected(arrival.Digest), cancellationToken);
        await _arrivals.Writer.WriteAsync(arrival, cancellationToken);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var arrival in _arrivals.Reader.ReadAllAsync(cancellationToken))
            {
                if (arrival.Page is { } page)
                {
                    _watches.RemoveAll(watch => watch.IsCompletedSuccessfully);
                    _watches.Add(Task.Run(() => WatchAsync(arrival.Digest, arrival.Descriptor, page, cancellationToken), CancellationToken.None));
                    continue;
                }

                await loop.PostAsync(Load(arrival), cancellationToken);
            }
        }
        finally
        {
            await Task.WhenAll(_watches);
        }
    }

    /// <summary>Follows one adapter until it is whole, or lost. Whatever becomes of it, the loop is told once, and what it is in is the loop's to let go.</summary>
    private async Task WatchAsync(string digest, SafeFileHandle descriptor, SharedPage page, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();

        if (Map(digest, descriptor, page) is not { } arriving)
        {
            await loop.PostAsync(Missing(digest, ErrorCode.AdapterInvalid, "What has come of it is no adapter."), cancellationToken);
            return;
        }

        while (!cancellationToken.IsCancellationRequested)
        {
            var signal = arriving.Signal;

            switch (arriving.State)
            {
                case ArrivalState.Whole when arriving.Handle is null:
                    var load = Outcome(digest, begun, table.Load(arriving.Image, PageOwners.OfAdapter(digest)));
                    arriving.Dispose();
                    await loop.PostAsync(load, cancellationToken);
                    return;
                case ArrivalState.Whole:
                    await loop.PostAsync(new LoopCommand.AdapterWhole(arriving), cancellationToken);
                    return;
                case ArrivalState.Lost:
                    await loop.PostAsync(new LoopCommand.AdapterLost(arriving), cancellationToken);
                    return;
                case ArrivalState.Coming when arriving.Handle is null && arriving.MayBegin:
                    await BeginAsync(arriving, cancellationToken);
                    break;
                default:
                    break;
            }

            if (arriving.Handle is null)
            {
                arriving.Watch(signal);
            }
            else
            {
                arriving.WatchEnd();
            }
        }
    }

    /// <summary>Where there is no room for it yet it is as if it could not begin: when it is whole it is refused with what it lacks.</summary>
    private async ValueTask BeginAsync(ArrivingAdapter arriving, CancellationToken cancellationToken)
    {
        if (table.Begin(arriving.Image, PageOwners.OfAdapter(arriving.Digest), arriving) is AdapterLoad.Loaded begun)
        {
            arriving.Handle = begun.Adapter;
            await loop.PostAsync(new LoopCommand.AdapterBegun(arriving), cancellationToken);
        }
    }

    private ArrivingAdapter? Map(string digest, SafeFileHandle descriptor, SharedPage page)
    {
        MappedMemory? memory = null;

        try
        {
            using (descriptor)
            {
                memory = UnfinishedMemory.Map(descriptor);
                return new ArrivingAdapter(digest, page, memory, pause, time);
            }
        }
        catch (Exception broken) when (broken is InvalidImageException or InvalidDataException or LinuxException or ArgumentException)
        {
            memory?.Dispose();
            page.Dispose();
            log.Error("An adapter that is on its way was refused", broken, ("adapter", digest));
            return null;
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
