using System.Runtime.CompilerServices;
using LoraFaaS.Engine.Memory;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Adapters;

/// <summary>
/// An adapter in pages. Whoever runs a sequence on it holds it (<see cref="Acquire"/>/<see cref="Release"/>);
/// unloading waits for the last holder.
/// </summary>
public sealed class AdapterHandle
{
    private readonly PackedSite?[] _sites;
    private readonly PageIndex[] _pages;
    private readonly nint[] _addresses;
    private int _holders;
    private AdapterInflow? _inflow;
    private bool _isVouchedFor;

    /// <param name="manifest">What it consists of.</param>
    /// <param name="layers">Of the backbone.</param>
    /// <param name="pages">Its own.</param>
    /// <param name="pool">They are of this pool.</param>
    /// <param name="inflow">Fills them while it is used already; null: they are filled.</param>
    internal AdapterHandle(AdapterManifest manifest, int layers, PageIndex[] pages, PagePool pool, AdapterInflow? inflow = null)
    {
        _pages = pages;
        _inflow = inflow;
        _sites = new PackedSite?[layers * AdapterSites.Count];
        foreach (var site in manifest.Sites)
        {
            _sites[site.Layer * AdapterSites.Count + (int)site.Site] = site;
            MaxStackRows = Math.Max(MaxStackRows, PanelLayout.RoundUp(site.StackRows));
        }

        _addresses = GC.AllocateUninitializedArray<nint>(Math.Max(1, pages.Length), pinned: true);
        for (var i = 0; i < pages.Length; i++)
        {
            _addresses[i] = inflow is { StandsIn: true } ? inflow.AddressOf(i) : pool.AddressOf(pages[i]);
        }

        PageTable = AddressOf(_addresses);
        PageBytes = pool.PageBytes;
    }

    public int PageBytes { get; }

    public int PageCount => _pages.Length;

    public long DeviceBytes => (long)PageCount * PageBytes;

    /// <summary>Sequences that run on it now.</summary>
    public int Holders => Volatile.Read(ref _holders);

    /// <summary>All of it is there. One that is not may run in a step, which waits for it (<see cref="Models.ModelRunner.Step"/>). For the thread that steps.</summary>
    public bool IsWhole => _inflow is null || _isVouchedFor;

    /// <summary>The widest stacked product of any site, padded.</summary>
    public int MaxStackRows { get; }

    /// <summary>Page addresses in content order. Pinned: kernels read it without the collector's help.</summary>
    public nint PageTable { get; }

    internal ReadOnlySpan<PageIndex> Pages => _pages;

    /// <summary>Its weights of this layer are there. False: they do not come.</summary>
    internal bool TryHave(int layer) => _inflow is not { } inflow || inflow.TryFill(layer, _pages);

    /// <summary>Waits for the rest of one that is still coming. False: it does not come, or is not what it is called.</summary>
    public bool TryComplete()
    {
        _isVouchedFor = IsWhole || _inflow!.TryHaveAll();
        return _isVouchedFor;
    }

    /// <summary>Copies what of a whole one is not in its pages, unless it was unloaded meanwhile: from now on the image that it came as may go.</summary>
    public void Settle(PagePool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);

        if (!IsWhole)
        {
            throw new InvalidOperationException("An adapter that is still coming cannot be settled.");
        }

        if (_inflow is not { } inflow)
        {
            return;
        }

        inflow.Finish(_pages);
        _inflow = null;

        for (var i = 0; i < _pages.Length; i++)
        {
            _addresses[i] = pool.AddressOf(_pages[i]);
        }
    }

    /// <summary>Its pages are others' from now on: nothing is copied to them any more.</summary>
    internal void Leave() => _inflow = null;

    /// <summary>Pages were moved, between steps.</summary>
    internal void Follow(PageMoves moves, PagePool pool)
    {
        for (var i = 0; i < _pages.Length; i++)
        {
            if (moves.TryFind(_pages[i], out var to))
            {
                _pages[i] = to;

                if (_inflow is not { StandsIn: true })
                {
                    _addresses[i] = pool.AddressOf(to);
                }
            }
        }
    }

    public void Acquire() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) < 0)
        {
            throw new InvalidOperationException("An adapter was released more often than it was acquired.");
        }
    }

    /// <summary>The adapter's weights at a layer's site; null where it leaves the backbone as it is.</summary>
    public PackedSite? At(int layer, AdapterSite site) => _sites[layer * AdapterSites.Count + (int)site];

    private static unsafe nint AddressOf(nint[] pinned) => (nint)Unsafe.AsPointer(ref pinned[0]);
}
