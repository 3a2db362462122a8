using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Outcomes;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// One opened sandbox: its process, its connection, its lease of device memory, and the book of adapters in its pages. Adapters leave
/// least recently used first, and only when another needs their pages.
/// </summary>
internal sealed class ResidentSandbox : IAsyncDisposable
{
    private readonly SandboxProcess _process;
    private readonly SandboxChannel _channel;
    private readonly MemoryLease _lease;
    private readonly AdapterHostCache _host;
    private readonly ResidencyChanges _changes;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly SingleFlight<Digest, Loading<StorageTier>> _loads;
    private readonly Lock _gate = new();
    private readonly LruBook<Digest> _adapters = new();
    private readonly PrefixBook _prefixes = new();
    private readonly SingleFlight<string, Problem?> _preparing;
    private long _lastUse;
    private int _users;
    private bool _retired;
    private Task? _end;

    public ResidentSandbox(
        SandboxKey key, SandboxProcess process, SandboxChannel channel, MemoryLease lease, SandboxTimes times,
        AdapterHostCache host, ResidencyChanges changes, TimeProvider time)
    {
        Key = key;
        Times = times;
        _process = process;
        _channel = channel;
        _lease = lease;
        _host = host;
        _changes = changes;
        _time = time;
        _lastUse = time.GetTimestamp();
        _loads = new SingleFlight<Digest, Loading<StorageTier>>(_lifetime.Token);
        _preparing = new SingleFlight<string, Problem?>(_lifetime.Token);
    }

    public SandboxKey Key { get; }

    public SandboxId Id => _process.Id;

    public int ProcessId => _process.ProcessId;

    public SandboxTimes Times { get; }

    /// <summary>Device bytes in its hands.</summary>
    public ByteSize Leased => _lease.Size;

    /// <summary>Completes when nothing will be heard from it any more.</summary>
    public Task Closed => _channel.Closed;

    public Load Load => _channel.Load;

    public IReadOnlyList<(Digest Digest, ByteSize Size)> Adapters
    {
        get
        {
            lock (_gate)
            {
                return [.. _adapters.Entries.Select(entry => (entry.Key, new ByteSize(entry.Bytes)))];
            }
        }
    }

    public IReadOnlyList<KeptPrefix> Prefixes => _prefixes.All;

    /// <summary>Null while somebody uses it.</summary>
    public TimeSpan? IdleFor
    {
        get
        {
            lock (_gate)
            {
                return _users > 0 ? null : _time.GetElapsedTime(_lastUse);
            }
        }
    }

    /// <summary>False once it is being stopped, or has ended.</summary>
    public bool TryUse()
    {
        lock (_gate)
        {
            if (_retired || Closed.IsCompleted)
            {
                return false;
            }

            _users++;
            return true;
        }
    }

    /// <summary>No further use. False while somebody uses it, unless <paramref name="evenInUse"/>.</summary>
    public bool TryRetire(bool evenInUse)
    {
        lock (_gate)
        {
            if (_users > 0 && !evenInUse)
            {
                return false;
            }

            _retired = true;
            return true;
        }
    }

    /// <summary>Brings an adapter into this sandbox's pages, from wherever it is.</summary>
    public async Task<Loading<AdapterUse>> UseAdapterAsync(
        Digest adapter, long maxBytes, CancellationToken cancellationToken, Urgency urgency = Urgency.Live)
    {
        var foundAt = StorageTier.Device;

        while (true)
        {
            if (TryUseAdapter(adapter, foundAt) is { } use)
            {
                return new Loading<AdapterUse>.Ready(use);
            }

            switch (await _loads.RunAsync(adapter, token => LoadAsync(adapter, maxBytes, token), cancellationToken, urgency))
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

    /// <summary>Computes and keeps what every prompt of the revision begins with. Its adapter must be here and in use. Null: done.</summary>
    public Task<Problem?> PreparePrefixAsync(FunctionId function, RevisionRef revision, CancellationToken cancellationToken)
    {
        var name = ArtifactName.Prefix(function, revision.Number).Text;

        return _prefixes.Contains(name)
            ? Task.FromResult<Problem?>(null)
            : _preparing.RunAsync(name, _ => PrepareAsync(name, function, revision), cancellationToken, Urgency.Ahead);
    }

    /// <summary>False when there is none. Sequences that began on it keep its pages.</summary>
    public async Task<bool> TryDropPrefixAsync(FunctionId function, int revision, CancellationToken cancellationToken)
    {
        var name = ArtifactName.Prefix(function, revision).Text;

        if (!_prefixes.TryRemove(name))
        {
            return false;
        }

        await _channel.DropPrefixAsync(name, cancellationToken);
        _changes.Ring();
        return true;
    }

    /// <summary>False when it is not here, or a sequence uses it.</summary>
    public async Task<bool> TryOffloadAsync(Digest adapter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_adapters.TryRemove(adapter))
            {
                return false;
            }
        }

        _prefixes.RemoveOf(adapter);
        await _channel.UnloadAdapterAsync(adapter, cancellationToken);
        _changes.Ring();
        return true;
    }

    public Task<SandboxSequence> GenerateAsync(GenerateRequest request, int credits, CancellationToken cancellationToken) =>
        _channel.GenerateAsync(request, credits, cancellationToken);

    public ValueTask DrainAsync(CancellationToken cancellationToken) => _channel.DrainAsync(cancellationToken);

    /// <summary>Ends the process if it still runs; its device bytes are free when this returns. Its watcher and whoever stops it may both call.</summary>
    public async ValueTask DisposeAsync()
    {
        Task end;

        lock (_gate)
        {
            end = _end ??= Task.Run(EndAsync);
        }

        await end;
    }

    internal void EndUse()
    {
        lock (_gate)
        {
            _users--;
            _lastUse = _time.GetTimestamp();
        }
    }

    private async Task EndAsync()
    {
        await _lifetime.CancelAsync();
        await _channel.DisposeAsync();
        await _process.DisposeAsync();
        _lease.Dispose();
        _lifetime.Dispose();
    }

    private AdapterUse? TryUseAdapter(Digest adapter, StorageTier foundAt)
    {
        lock (_gate)
        {
            return _adapters.TryUse(adapter) ? new AdapterUse(foundAt, () => EndUse(adapter)) : null;
        }
    }

    private void EndUse(Digest adapter)
    {
        lock (_gate)
        {
            _adapters.EndUse(adapter);
        }
    }

    private async Task<Loading<StorageTier>> LoadAsync(Digest adapter, long maxBytes, CancellationToken cancellationToken)
    {
        if (IsLoaded(adapter))
        {
            return new Loading<StorageTier>.Ready(StorageTier.Device);
        }

        // Whoever waits for this load keeps it going, and it the one below.
        switch (await _host.EnsureAsync(new AdapterKey(adapter, Key.Backbone), maxBytes, cancellationToken, Urgency.Ahead))
        {
            case Loading<HostAdapter>.Ready ready:
                using (ready.Value)
                {
                    // Once the frame is out the sandbox has the adapter, whoever has given up meanwhile.
                    return await HandOverAsync(adapter, ready.Value, _lifetime.Token);
                }

            case Loading<HostAdapter>.Failed failed:
                return new Loading<StorageTier>.Failed(failed.Problem);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<Loading<StorageTier>> HandOverAsync(Digest adapter, HostAdapter packed, CancellationToken cancellationToken)
    {
        while (true)
        {
            switch (await _channel.LoadAdapterAsync(adapter, packed.Segment, cancellationToken))
            {
                case SandboxReply<AdapterLoaded>.Done done:
                    lock (_gate)
                    {
                        _adapters.Add(adapter, done.Value.DeviceBytes);
                    }

                    _changes.Ring();
                    return new Loading<StorageTier>.Ready(packed.FoundAt);

                case SandboxReply<AdapterLoaded>.Refused { Problem.Code: ErrorCode.NoCapacity } full:
                    if (!await TryMakeRoomAsync(cancellationToken))
                    {
                        return new Loading<StorageTier>.Failed(full.Problem);
                    }

                    break;

                case SandboxReply<AdapterLoaded>.Refused refused:
                    return new Loading<StorageTier>.Failed(refused.Problem);

                case SandboxReply<AdapterLoaded>.Lost:
                    return new Loading<StorageTier>.Failed(new Problem(ErrorCode.SandboxLost, "The sandbox ended while an adapter was being loaded."));

                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
    }

    private async Task<bool> TryMakeRoomAsync(CancellationToken cancellationToken)
    {
        Digest leaving;

        lock (_gate)
        {
            if (!_adapters.TryEvict(out leaving))
            {
                return false;
            }
        }

        _prefixes.RemoveOf(leaving);
        await _channel.UnloadAdapterAsync(leaving, cancellationToken);
        _changes.Ring();
        return true;
    }

    private async Task<Problem?> PrepareAsync(string name, FunctionId function, RevisionRef revision)
    {
        // The sandbox computes it when nothing else runs; one that is given up here would still be computed there.
        switch (await _channel.PreparePrefixAsync(name, revision, _lifetime.Token))
        {
            case SandboxReply<PrefixReady>.Done done:
                Digest? adapter = Digest.TryParse(revision.AdapterDigest, out var digest) ? digest : null;
                _prefixes.Add(name, new KeptPrefix(function, revision.Number, adapter, done.Value.Tokens, new ByteSize(Math.Max(0, done.Value.DeviceBytes))));
                _changes.Ring();
                return null;
            case SandboxReply<PrefixReady>.Refused refused:
                return refused.Problem;
            case SandboxReply<PrefixReady>.Lost:
                return new Problem(ErrorCode.SandboxLost, "The sandbox ended while a prefix was being prepared.");
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private bool IsLoaded(Digest adapter)
    {
        lock (_gate)
        {
            return _adapters.Contains(adapter);
        }
    }
}
