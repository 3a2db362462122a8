using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Offloading;
using LoraFaaS.Worker.Outcomes;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>The adapters in one sandbox's pages: how they come there, who uses them, and since when nobody has.</summary>
internal sealed class SandboxAdapters(ResidentSandbox sandbox, SandboxChannel channel, SandboxSurroundings around, CancellationToken ending)
{
    private readonly SingleFlight<Digest, Loading<StorageTier>> _loads = new(ending);
    private readonly Lock _gate = new();
    private readonly LruBook<Digest> _book = new();
    private readonly Dictionary<Digest, long> _lastUse = [];

    public IReadOnlyList<(Digest Digest, ByteSize Size)> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _book.Entries.Select(entry => (entry.Key, new ByteSize(entry.Bytes)))];
            }
        }
    }

    /// <summary>Those that no sequence uses, with the time since one did.</summary>
    public IReadOnlyList<(Digest Digest, ByteSize Size, TimeSpan Idle)> Idle
    {
        get
        {
            lock (_gate)
            {
                return
                [
                    .. _book.Entries.Where(entry => entry.Users == 0)
                        .Select(entry => (entry.Key, new ByteSize(entry.Bytes), around.Time.GetElapsedTime(_lastUse.GetValueOrDefault(entry.Key)))),
                ];
            }
        }
    }

    /// <summary>Brings an adapter into this sandbox's pages, from wherever it is.</summary>
    public async Task<Loading<AdapterUse>> UseAsync(
        Digest adapter, long maxBytes, CancellationToken cancellationToken, Urgency urgency = Urgency.Live)
    {
        var foundAt = StorageTier.Device;

        while (true)
        {
            if (TryUse(adapter, foundAt) is { } use)
            {
                return new Loading<AdapterUse>.Ready(use);
            }

            switch (await LoadOnceAsync(adapter, maxBytes, urgency, cancellationToken))
            {
                case Loading<StorageTier>.Ready ready:
                    foundAt = ready.Value;
                    break;
                case Loading<StorageTier>.Failed failed:
                    return new Loading<AdapterUse>.Failed(failed.Problem);
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
    }

    /// <summary>
    /// Hands over an adapter that is still being packed: a generation that is asked for after this begins on it before it is whole. Where it is here already, or on its way to somebody else,
    /// or the sandbox has no room for it, the same as <see cref="UseAsync"/>. One that is lost on its way takes the generations on it with it (<see cref="ErrorCode.NotResident"/>).
    /// </summary>
    public async Task<Loading<AdapterUse>> UseArrivingAsync(Digest adapter, long maxBytes, AdapterDraft draft, CancellationToken cancellationToken)
    {
        var use = new ArrivingUse();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var loading = _loads.RunAsync(adapter, token => ArriveAsync(adapter, maxBytes, draft, use, begun, token), cancellationToken);

        // Whoever else waits for it hears how it ended; its user hears it from the sandbox.
        if (await Task.WhenAny(begun.Task, loading) == begun.Task)
        {
            return new Loading<AdapterUse>.Ready(new AdapterUse(draft.FoundAt, () => EndUse(adapter, use)) { Arrived = EndOfAsync(loading) });
        }

        return await UseAsync(adapter, maxBytes, cancellationToken);
    }

    /// <summary>Takes one off the book that nobody uses. False: it is not here, or somebody does.</summary>
    public bool TryRemove(Digest adapter)
    {
        lock (_gate)
        {
            if (!_book.TryRemove(adapter))
            {
                return false;
            }

            _lastUse.Remove(adapter);
            return true;
        }
    }

    private AdapterUse? TryUse(Digest adapter, StorageTier foundAt)
    {
        lock (_gate)
        {
            return _book.TryUse(adapter) ? new AdapterUse(foundAt, () => EndUse(adapter)) : null;
        }
    }

    private void EndUse(Digest adapter)
    {
        lock (_gate)
        {
            _book.EndUse(adapter);
            _lastUse[adapter] = around.Time.GetTimestamp();
        }
    }

    private void EndUse(Digest adapter, ArrivingUse use)
    {
        bool ends;

        lock (_gate)
        {
            ends = use.End();
        }

        if (ends)
        {
            EndUse(adapter);
        }
    }

    private static async Task EndOfAsync(Task loading) => await loading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<Loading<StorageTier>> LoadOnceAsync(Digest adapter, long maxBytes, Urgency urgency, CancellationToken cancellationToken)
    {
        try
        {
            return await _loads.RunAsync(adapter, token => LoadAsync(adapter, maxBytes, token), cancellationToken, urgency);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Its end broke the load off, whichever part of it was under way; who waits can go on in another sandbox.
            return Lost();
        }
    }

    private static Loading<StorageTier>.Failed Lost() => new(new Problem(ErrorCode.SandboxLost, "The sandbox ended while an adapter was being loaded."));

    private async Task<Loading<StorageTier>> LoadAsync(Digest adapter, long maxBytes, CancellationToken cancellationToken)
    {
        if (IsLoaded(adapter))
        {
            return new Loading<StorageTier>.Ready(StorageTier.Device);
        }

        // Whoever waits for this load keeps it going, and it the one below.
        switch (await around.Host.EnsureAsync(new AdapterKey(adapter, sandbox.Key.Backbone), maxBytes, cancellationToken, Urgency.Ahead))
        {
            case Loading<HostAdapter>.Ready ready:
                using (ready.Value)
                {
                    // Once the frame is out the sandbox has the adapter, whoever has given up meanwhile.
                    return await HandOverAsync(adapter, ready.Value, ending);
                }

            case Loading<HostAdapter>.Failed failed:
                return new Loading<StorageTier>.Failed(failed.Problem);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<Loading<StorageTier>> ArriveAsync(
        Digest adapter, long maxBytes, AdapterDraft draft, ArrivingUse use, TaskCompletionSource begun, CancellationToken cancellationToken)
    {
        if (!IsLoaded(adapter) && draft.Bytes <= sandbox.Leased.Bytes && draft.TryTake(out var memory, out var page))
        {
            var reply = await channel.BeginAdapterAsync(adapter, draft.Bytes, memory, page, ending);
            begun.SetResult();

            switch (await reply.WaitAsync(ending))
            {
                case SandboxReply<AdapterLoaded>.Done done:
                    Add(adapter, done.Value.DeviceBytes, use);
                    return new Loading<StorageTier>.Ready(draft.FoundAt);
                case SandboxReply<AdapterLoaded>.Lost:
                    return Lost();
                default:
                    // Lost on its way, or there was no room: whoever waits for it gets it as ever, or hears why not.
                    break;
            }
        }

        return await LoadAsync(adapter, maxBytes, cancellationToken);
    }

    private void Add(Digest adapter, long bytes, ArrivingUse? use = null)
    {
        lock (_gate)
        {
            _book.Add(adapter, bytes);
            _lastUse[adapter] = around.Time.GetTimestamp();

            if (use?.Arrive() is true)
            {
                _book.TryUse(adapter);
            }
        }

        around.Changes.Ring();
    }

    private async Task<Loading<StorageTier>> HandOverAsync(Digest adapter, HostAdapter packed, CancellationToken cancellationToken)
    {
        // What is larger than all that the sandbox has is not sent to be refused.
        if (packed.Segment.Length > sandbox.Leased.Bytes)
        {
            await sandbox.TryMakeRoomAsync(packed.Segment.Length, cancellationToken);
        }

        while (true)
        {
            var begun = around.Time.GetTimestamp();

            switch (await channel.LoadAdapterAsync(adapter, packed.Segment, cancellationToken))
            {
                case SandboxReply<AdapterLoaded>.Done done:
                    Add(adapter, done.Value.DeviceBytes);
                    around.Costs.Observe(ClimbStep.HostToDevice, new ByteSize(packed.Segment.Length), around.Time.GetElapsedTime(begun));
                    return new Loading<StorageTier>.Ready(packed.FoundAt);

                case SandboxReply<AdapterLoaded>.Refused { Problem.Code: ErrorCode.NoCapacity } full:
                    if (!await sandbox.TryMakeRoomAsync(packed.Segment.Length, cancellationToken))
                    {
                        return new Loading<StorageTier>.Failed(full.Problem);
                    }

                    break;

                case SandboxReply<AdapterLoaded>.Refused refused:
                    return new Loading<StorageTier>.Failed(refused.Problem);

                case SandboxReply<AdapterLoaded>.Lost:
                    return Lost();

                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
    }

    private bool IsLoaded(Digest adapter)
    {
        lock (_gate)
        {
            return _book.Contains(adapter);
        }
    }
}
