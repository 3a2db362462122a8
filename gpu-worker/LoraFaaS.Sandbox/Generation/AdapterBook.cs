using LoraFaaS.Engine.Adapters;
using LoraFaaS.Sandbox.Adapters;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>
/// Which adapters sequences may use. An adapter that is to go takes no new sequence and leaves with its last one; the same digest may
/// already be resident again by then. Owned by the engine loop.
/// </summary>
internal sealed class AdapterBook(AdapterTable table)
{
    private readonly Dictionary<string, int> _expected = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AdapterHandle> _resident = new(StringComparer.Ordinal);
    private readonly List<(string Digest, AdapterHandle Adapter)> _leaving = [];
    private readonly List<AdapterHandle> _spare = [];
    private readonly Dictionary<string, ArrivingAdapter> _arriving = new(StringComparer.Ordinal);

    /// <summary>Some of those that sequences may use are not whole.</summary>
    public bool HasArriving => _arriving.Count > 0;

    public bool IsExpected(string digest) => _expected.ContainsKey(digest);

    /// <summary>One that is here, or one on its way that may be used already.</summary>
    public AdapterHandle? Find(string digest) =>
        _resident.GetValueOrDefault(digest) ?? (_arriving.GetValueOrDefault(digest) is { IsUsable: true } arriving ? arriving.Handle : null);

    /// <summary>What steps have waited for it so far; nothing for one that was here.</summary>
    public TimeSpan Awaited(string digest) => _arriving.GetValueOrDefault(digest)?.Waited ?? TimeSpan.Zero;

    /// <summary>It is expected still, and may be used from now on.</summary>
    public void Begin(ArrivingAdapter arriving) => _arriving[arriving.Digest] = arriving;

    /// <summary>Those of them that a step has completed. A copy.</summary>
    public IReadOnlyList<ArrivingAdapter> Completed => [.. _arriving.Values.Where(arriving => arriving.Handle is { IsWhole: true })];

    /// <summary>It is as those that were never used before they were whole, or has not come at all: <see cref="Arrive"/> or <see cref="Miss"/> follows. False: that was so before.</summary>
    public bool TryEndArrival(ArrivingAdapter arriving) =>
        _arriving.GetValueOrDefault(arriving.Digest) == arriving && _arriving.Remove(arriving.Digest);

    public void Expect(string digest) => _expected[digest] = _expected.GetValueOrDefault(digest) + 1;

    /// <summary>Answers the handle that sequences are to use: the first one when the same adapter was sent twice.</summary>
    public AdapterHandle Arrive(string digest, AdapterHandle adapter)
    {
        Unexpect(digest);

        if (_resident.TryGetValue(digest, out var earlier))
        {
            // One that sequences began on before it was whole may have holders still.
            _spare.Add(adapter);
            return earlier;
        }

        _resident.Add(digest, adapter);
        return adapter;
    }

    public void Miss(string digest) => Unexpect(digest);

    /// <summary>From now on new sequences do not find it.</summary>
    public bool TryLeave(string digest)
    {
        if (!_resident.Remove(digest, out var adapter))
        {
            return false;
        }

        _leaving.Add((digest, adapter));
        return true;
    }

    /// <summary>Unloads those whose last sequence has ended; answers their digests. One that came twice leaves once, and without a word.</summary>
    public IReadOnlyList<string> Sweep()
    {
        _spare.RemoveAll(table.TryUnload);

        if (_leaving.Count == 0)
        {
            return [];
        }

        var gone = _leaving.Where(leaving => table.TryUnload(leaving.Adapter)).ToList();
        _leaving.RemoveAll(gone.Contains);
        return [.. gone.Select(leaving => leaving.Digest)];
    }

    private void Unexpect(string digest)
    {
        if (_expected.GetValueOrDefault(digest) is var count and > 1)
        {
            _expected[digest] = count - 1;
            return;
        }

        _expected.Remove(digest);
    }
}
