using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;
using LoraFaaS.Policies.Offloading;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Offloading;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>Prompt prefixes outside of sandboxes: at the host, and on disk behind it. What a sandbox is given comes from the host, where it is brought to from the disk once for all who ask.</summary>
internal sealed class PrefixTiers : IDisposable
{
    private readonly PrefixImages _host;
    private readonly PrefixDisk _disk;
    private readonly PrefixWriter _writer;
    private readonly PrefixWorth _worth;
    private readonly TierCosts _costs;
    private readonly ResidencyChanges _changes;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly SingleFlight<PrefixKey, bool> _reads;

    public PrefixTiers(PrefixImages host, PrefixDisk disk, PrefixWriter writer, PrefixWorth worth, TierCosts costs, ResidencyChanges changes, TimeProvider time)
    {
        _host = host;
        _disk = disk;
        _writer = writer;
        _worth = worth;
        _costs = costs;
        _changes = changes;
        _time = time;
        _reads = new SingleFlight<PrefixKey, bool>(_lifetime.Token);
    }

    /// <summary>All that are at the host or on disk.</summary>
    public IReadOnlyList<PrefixKey> Kept => [.. _host.Inventory.Concat(_disk.Inventory).Select(image => image.Key).Distinct()];

    /// <summary>The nearest tier with a copy that would be used; remote: none, it is computed.</summary>
    public StorageTier Find(PrefixKey key) => Look(key).Tier;

    /// <summary>The same for who would have it brought now: one on disk that is passed over counts.</summary>
    public StorageTier Choose(PrefixKey key)
    {
        var tier = Find(key);

        if (tier is StorageTier.Remote && _disk.Find(key) is not null)
        {
            _worth.PassOver();
        }

        return tier;
    }

    /// <summary>The nearest tier, and the copy's bytes.</summary>
    public (StorageTier Tier, ByteSize Size) Look(PrefixKey key) =>
        _host.Find(key) is { } near ? (StorageTier.Host, near.Size) : Readable(key) is { } far ? (StorageTier.Disk, far.Size) : (StorageTier.Remote, ByteSize.Zero);

    /// <summary>What the next use of a prefix would wait for, were it not on the device.</summary>
    /// <param name="key">Whose.</param>
    /// <param name="size">Its bytes on the device, for one of which there is no copy.</param>
    public TimeSpan WaitFor(PrefixKey key, ByteSize size)
    {
        if (_host.Find(key) is { } near)
        {
            return PrefixReturnPolicy.Wait(StorageTier.Host, _worth.CostsOf(near));
        }

        return _disk.Find(key) is { } far ? PrefixReturnPolicy.Wait(StorageTier.Disk, _worth.CostsOf(far)) : PrefixReturnPolicy.Wait(StorageTier.Remote, _worth.Costs(size));
    }

    /// <summary>A copy at the host, brought there first if need be. Null: there is none worth having, no room for it, or it was damaged.</summary>
    /// <param name="key">Whose.</param>
    /// <param name="cancellationToken">Ends the waiting; the reading ends when nobody waits for it any more.</param>
    public async Task<HostPrefix?> UseAsync(PrefixKey key, CancellationToken cancellationToken)
    {
        if (_host.TryUse(key) is { } there)
        {
            return there;
        }

        return Readable(key) is not null && await _reads.RunAsync(key, token => ReadAsync(key, token), cancellationToken, Urgency.Ahead) ? _host.TryUse(key) : null;
    }

    /// <summary>Brings what is on disk to the host while its sandbox is still on its way there.</summary>
    public async Task ExpectAsync(PrefixKey key, CancellationToken cancellationToken)
    {
        if (Find(key) is StorageTier.Disk)
        {
            (await UseAsync(key, cancellationToken))?.Dispose();
        }
    }

    /// <summary>Whether an image should be made of what a sandbox has: there is none at the host, and room.</summary>
    public MemoryLease? TryLease(PrefixKey key, ByteSize size) => _host.Find(key) is null ? _host.TryLease(key, size) : null;

    /// <summary>Keeps what a sandbox has computed, at the host and then on disk.</summary>
    public void Keep(PrefixImage about, SealedMemory image, MemoryLease lease)
    {
        if (_host.TryAdd(about, image, lease))
        {
            _writer.Ask(about.Key);
            _changes.Ring();
        }
    }

    /// <summary>Leaves it at this tier at most.</summary>
    public void DropAbove(PrefixKey key, StorageTier tier)
    {
        if (tier < StorageTier.Host)
        {
            _host.Drop(key);
        }

        if (tier < StorageTier.Disk)
        {
            _disk.Drop(key);
        }

        _changes.Ring();
    }

    public void Dispose()
    {
        _lifetime.Cancel();
        _lifetime.Dispose();
    }

    /// <summary>Null where computing it again is as good.</summary>
    private PrefixImage? Readable(PrefixKey key) =>
        _disk.Find(key) is { } image && PrefixReturnPolicy.IsWorthReading(_worth.CostsOf(image)) ? image : null;

    private async Task<bool> ReadAsync(PrefixKey key, CancellationToken cancellationToken)
    {
        if (_host.Find(key) is not null)
        {
            return true;
        }

        if (_disk.Find(key) is not { } about || _host.TryLease(key, about.Size) is not { } lease)
        {
            return false;
        }

        var begun = _time.GetTimestamp();
        var isKept = false;

        try
        {
            using var memory = UnsealedMemory.Create("prefix", about.Size.Bytes);

            if (!await _disk.TryReadAsync(key, memory, cancellationToken))
            {
                return false;
            }

            isKept = true;
            _host.TryAdd(about, memory.Seal(), lease);
            _costs.Observe(ClimbStep.PrefixRead, about.Size, _time.GetElapsedTime(begun));
            _changes.Ring();
            return true;
        }
        catch (LinuxException)
        {
            // No memory for it: it is computed again.
            return false;
        }
        finally
        {
            if (!isKept)
            {
                lease.Dispose();
            }
        }
    }
}
