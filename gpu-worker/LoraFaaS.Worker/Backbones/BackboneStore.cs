using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Outcomes;

namespace LoraFaaS.Worker.Backbones;

/// <summary>Backbones packed on this machine: each once, however many invocations ask at the same time. The last artifact to leave.</summary>
internal sealed class BackboneStore : IDisposable
{
    private readonly BackboneCatalogue _catalogue;
    private readonly BackboneLoader _loader;
    private readonly ResidencyChanges _changes;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly SingleFlight<Digest, Loading<PackedBackbone>> _packing;
    private readonly Lock _gate = new();
    private readonly Dictionary<Digest, PackedBackbone> _packed = [];

    public BackboneStore(BackboneCatalogue catalogue, BackboneLoader loader, ResidencyChanges changes)
    {
        _catalogue = catalogue;
        _loader = loader;
        _changes = changes;
        _packing = new SingleFlight<Digest, Loading<PackedBackbone>>(_lifetime.Token);
    }

    public IReadOnlyList<(Digest Digest, ByteSize Size)> Inventory
    {
        get
        {
            lock (_gate)
            {
                return [.. _packed.Values.Select(packed => (packed.Digest, new ByteSize(packed.Segment.Length)))];
            }
        }
    }

    public bool Contains(Digest digest)
    {
        lock (_gate)
        {
            return _packed.ContainsKey(digest);
        }
    }

    public async Task<Loading<PackedBackbone>> EnsureAsync(Digest digest, Urgency urgency, CancellationToken cancellationToken)
    {
        if (TryFind(digest) is { } packed)
        {
            return new Loading<PackedBackbone>.Ready(packed);
        }

        return await _packing.RunAsync(digest, token => PackAsync(digest, token), cancellationToken, urgency);
    }

    public Task<Loading<PackedBackbone>> EnsureAsync(Digest digest, CancellationToken cancellationToken) => EnsureAsync(digest, Urgency.Live, cancellationToken);

    /// <summary>Its bytes go when the last sandbox that maps it has ended.</summary>
    public void Forget(Digest digest)
    {
        PackedBackbone? packed;

        lock (_gate)
        {
            _packed.Remove(digest, out packed);
        }

        packed?.Dispose();
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

    private PackedBackbone? TryFind(Digest digest)
    {
        lock (_gate)
        {
            return _packed.GetValueOrDefault(digest);
        }
    }

    private async Task<Loading<PackedBackbone>> PackAsync(Digest digest, CancellationToken cancellationToken)
    {
        // The flight before this one landed between our caller's look and our start.
        if (TryFind(digest) is { } packed)
        {
            return new Loading<PackedBackbone>.Ready(packed);
        }

        if (!_catalogue.TryFind(digest, out var known))
        {
            return new Loading<PackedBackbone>.Failed(new Problem(ErrorCode.BackboneNotFound, $"This worker knows no backbone {digest}."));
        }

        var loading = await _loader.LoadAsync(known, cancellationToken);

        if (loading is Loading<PackedBackbone>.Ready ready)
        {
            lock (_gate)
            {
                _packed[digest] = ready.Value;
            }

            _changes.Ring();
        }

        return loading;
    }
}
