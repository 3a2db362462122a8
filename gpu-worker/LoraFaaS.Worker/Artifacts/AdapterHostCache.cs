using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Offloading;
using LoraFaaS.Worker.Outcomes;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>The host tier: packed adapters under the host ledger; what is worth least by the byte leaves first, one being handed to a sandbox never.</summary>
internal sealed class AdapterHostCache : IDisposable
{
    private readonly IAdapterLoader _loader;
    private readonly ArtifactWorth _worth;
    private readonly PrefixImages _prefixes;
    private readonly BackboneRoom _room;
    private readonly ResidencyChanges _changes;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly SingleFlight<AdapterKey, Loading<StorageTier>> _loads;
    private readonly Lock _gate = new();
    private readonly LruBook<AdapterKey> _book = new();
    private readonly Dictionary<AdapterKey, PackedAdapter> _packed = [];

    public AdapterHostCache(IAdapterLoader loader, ArtifactWorth worth, PrefixImages prefixes, BackboneRoom room, ResidencyChanges changes)
    {
        _loader = loader;
        _worth = worth;
        _prefixes = prefixes;
        _room = room;
        _changes = changes;
        _loads = new SingleFlight<AdapterKey, Loading<StorageTier>>(_lifetime.Token);
    }

    public IReadOnlyList<(Digest Digest, ByteSize Size)> Inventory
    {
        get
        {
            lock (_gate)
            {
                return [.. _book.Entries.Select(entry => (entry.Key.Adapter, new ByteSize(entry.Bytes)))];
            }
        }
    }

    /// <param name="key">The adapter, for a backbone.</param>
    /// <param name="maxBytes">Of its artifact; 0: unknown.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="urgency">Whether somebody waits for it.</param>
    /// <param name="offer">Is given it before it is whole, if this is what begins its load.</param>
    public async Task<Loading<HostAdapter>> EnsureAsync(
        AdapterKey key, long maxBytes, CancellationToken cancellationToken, Urgency urgency = Urgency.Live, DraftOffer? offer = null)
    {
        var foundAt = StorageTier.Host;

        while (true)
        {
            if (TryUse(key, foundAt) is { } adapter)
            {
                return new Loading<HostAdapter>.Ready(adapter);
            }

            switch (await _loads.RunAsync(key, token => LoadAsync(key, maxBytes, offer, token), cancellationToken, urgency))
            {
                case Loading<StorageTier>.Ready ready:
                    foundAt = ready.Value;
                    break;
                case Loading<StorageTier>.Failed failed:
                    return new Loading<HostAdapter>.Failed(failed.Problem);
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
    }

    /// <summary>Lets one adapter go that nobody is using, or a prefix: without its adapter that is worth less than most. False when there is none.</summary>
    public bool TryEvictOne() => TryEvictAdapter() || _prefixes.TryEvictOne();

    private bool TryEvictAdapter()
    {
        PackedAdapter? leaving;

        lock (_gate)
        {
            if (!_book.TryEvict((entry, bytes) => _worth.DensityOf(entry.Adapter, StorageTier.Host, bytes), out var key))
            {
                return false;
            }

            _packed.Remove(key, out leaving);
        }

        leaving!.Dispose();
        _changes.Ring();
        return true;
    }

    /// <summary>Lets an adapter go for every backbone, unless it is being handed over right now.</summary>
    public void Drop(Digest adapter)
    {
        List<PackedAdapter> leaving = [];

        lock (_gate)
        {
            foreach (var key in _packed.Keys.Where(key => key.Adapter == adapter).ToList())
            {
                if (_book.TryRemove(key) && _packed.Remove(key, out var packed))
                {
                    leaving.Add(packed);
                }
            }
        }

        leaving.ForEach(packed => packed.Dispose());
        _changes.Ring();
    }

    public void Dispose()
    {
        _lifetime.Cancel();

        lock (_gate)
        {
            foreach (var packed in _packed.Values)
            {
                packed.Dispose();
            }

            _packed.Clear();
        }

        _lifetime.Dispose();
    }

    /// <summary>Another adapter; when there is none, a backbone that nothing runs on.</summary>
    private async Task<bool> MakeRoomAsync(ByteSize need, Digest backbone, CancellationToken cancellationToken) =>
        TryEvictOne() || await _room.TryFreeAsync(need, backbone, cancellationToken);

    private HostAdapter? TryUse(AdapterKey key, StorageTier foundAt)
    {
        lock (_gate)
        {
            return _book.TryUse(key) ? new HostAdapter(_packed[key].Segment, foundAt, () => EndUse(key)) : null;
        }
    }

    private void EndUse(AdapterKey key)
    {
        lock (_gate)
        {
            _book.EndUse(key);
        }
    }

    private async Task<Loading<StorageTier>> LoadAsync(AdapterKey key, long maxBytes, DraftOffer? offer, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // The flight before this one landed between our look and our start.
            if (_packed.ContainsKey(key))
            {
                return new Loading<StorageTier>.Ready(StorageTier.Host);
            }
        }

        switch (await _loader.LoadAsync(key, maxBytes, offer, (need, token) => MakeRoomAsync(need, key.Backbone, token), cancellationToken))
        {
            case Loading<LoadedAdapter>.Ready ready:
                lock (_gate)
                {
                    _packed.Add(key, ready.Value.Packed);
                    _book.Add(key, ready.Value.Packed.Segment.Length);
                }

                _changes.Ring();
                return new Loading<StorageTier>.Ready(ready.Value.FoundAt);
            case Loading<LoadedAdapter>.Failed failed:
                return new Loading<StorageTier>.Failed(failed.Problem);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
