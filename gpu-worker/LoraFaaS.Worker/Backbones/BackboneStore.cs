using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Outcomes;

namespace LoraFaaS.Worker.Backbones;

/// <summary>Backbones packed on this machine: each once, however many invocations ask at the same time. The last artifact to leave (<see cref="Offloading.BackboneRoom"/>).</summary>
internal sealed class BackboneStore : IDisposable
{
    private readonly BackboneCatalogue _catalogue;
    private readonly BackboneLoader _loader;
    private readonly NextBackbone _next;
    private readonly ResidencyChanges _changes;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly SingleFlight<Digest, Loading<PackedBackbone>> _packing;
    private readonly Lock _gate = new();
    private readonly Dictionary<Digest, PackedBackbone> _packed = [];

    public BackboneStore(BackboneCatalogue catalogue, BackboneLoader loader, NextBackbone next, ResidencyChanges changes)
    {
        _catalogue = catalogue;
        _loader = loader;
        _next = next;
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

    /// <param name="digest">A backbone that the catalogue knows.</param>
    /// <param name="urgency">As of every flight.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="makesRoom">Somebody calls it now: one that nothing runs on may leave for it.</param>
    public async Task<Loading<PackedBackbone>> EnsureAsync(Digest digest, Urgency urgency, CancellationToken cancellationToken, bool makesRoom = false)
    {
        if (TryFind(digest) is { } packed)
        {
            return new Loading<PackedBackbone>.Ready(packed);
        }

        var loading = await _packing.RunAsync(digest, token => PackAsync(digest, makesRoom, token), cancellationToken, urgency);

        // The flight that was joined may have been one that was not to disturb anybody.
        return makesRoom && loading is Loading<PackedBackbone>.Failed { Problem.Code: ErrorCode.NoCapacity }
            ? await _packing.RunAsync(digest, token => PackAsync(digest, makesRoom, token), cancellationToken, urgency)
            : loading;
    }

    public Task<Loading<PackedBackbone>> EnsureAsync(Digest digest, CancellationToken cancellationToken) => EnsureAsync(digest, Urgency.Live, cancellationToken);

    /// <summary>A copy for one sandbox alone, in no inventory; whoever asked disposes it.</summary>
    public async Task<Loading<PackedBackbone>> LoadOwnAsync(Digest digest, CancellationToken cancellationToken) =>
        _catalogue.TryFind(digest, out var known)
            ? await _loader.LoadAsync(known, makesRoom: true, cancellationToken)
            : new Loading<PackedBackbone>.Failed(new Problem(ErrorCode.BackboneNotFound, $"This worker knows no backbone {digest}."));

    /// <summary>Lets one go that no sandbox has or is being given; its folder stays known. False: it is in use, or not here.</summary>
    public async Task<bool> TryOffloadAsync(Digest digest)
    {
        await _next.LetGoAsync(digest);
        PackedBackbone? packed;

        lock (_gate)
        {
            if (!_packed.TryGetValue(digest, out packed) || !packed.TryRetire())
            {
                return false;
            }

            _packed.Remove(digest);
        }

        packed.Dispose();
        _changes.Ring();
        return true;
    }

    /// <summary>Its bytes go when the last sandbox that maps it has ended.</summary>
    public async Task ForgetAsync(Digest digest)
    {
        PackedBackbone? packed;

        lock (_gate)
        {
            _packed.Remove(digest, out packed);
        }

        _loader.Forget(digest);
        await _next.LetGoAsync(digest);
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

    private async Task<Loading<PackedBackbone>> PackAsync(Digest digest, bool makesRoom, CancellationToken cancellationToken)
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

        var loading = await _loader.LoadAsync(known, makesRoom, cancellationToken);

        if (loading is Loading<PackedBackbone>.Ready ready)
        {
            lock (_gate)
            {
                _packed[digest] = ready.Value;
            }

            _next.Expect(ready.Value);
            _changes.Ring();
        }

        return loading;
    }
}
