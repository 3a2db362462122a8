using LoraFaaS.Engine.Memory;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Adapters;

/// <summary>
/// The adapters that are in pages. Loading may run beside a step: it touches only pages nobody else has yet.
/// </summary>
public sealed class AdapterTable(PagePool pages, BackboneShape shape) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<AdapterHandle> _loaded = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _loaded.Count;
            }
        }
    }

    public int PagesFor(AdapterImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return checked((int)((image.ContentBytes + pages.PageBytes - 1) / pages.PageBytes));
    }

    /// <summary>Copies the image into pages of the owner's.</summary>
    public AdapterLoad Load(AdapterImage image, OwnerTag owner)
    {
        ArgumentNullException.ThrowIfNull(image);

        if (TryRent(image, owner, out var held) is { } refusal)
        {
            return refusal;
        }

        for (var i = 0; i < held.Length; i++)
        {
            var offset = (long)i * pages.PageBytes;
            pages.Write(held[i], image.Content(offset, (int)Math.Min(pages.PageBytes, image.ContentBytes - offset)));
        }

        return Add(new AdapterHandle(image.Manifest, shape.Layers, held, pages));
    }

    /// <summary>
    /// Takes pages for an image of which only the head is there: a step that uses it waits, at each layer, for weights that have not arrived.
    /// The image's bytes must stay where they are until the handle is settled or unloaded.
    /// </summary>
    public AdapterLoad Begin(AdapterImage image, OwnerTag owner, IAdapterArrival arrival)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(arrival);

        return TryRent(image, owner, out var held)
            ?? Add(new AdapterHandle(image.Manifest, shape.Layers, held, pages, new AdapterInflow(image, arrival, shape.Layers, pages)));
    }

    /// <summary>False while a sequence holds it: try again when the last one has let go.</summary>
    public bool TryUnload(AdapterHandle adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        lock (_gate)
        {
            if (adapter.Holders > 0 || !_loaded.Remove(adapter))
            {
                return false;
            }
        }

        adapter.Leave();
        pages.Return(adapter.Pages);
        return true;
    }

    /// <summary>Of adapters that are loaded; one that is being copied in is not among them and does not move.</summary>
    internal HashSet<PageIndex> HeldPages()
    {
        lock (_gate)
        {
            return [.. _loaded.SelectMany(adapter => adapter.Pages.ToArray())];
        }
    }

    internal void Follow(PageMoves moves)
    {
        lock (_gate)
        {
            foreach (var adapter in _loaded)
            {
                adapter.Follow(moves, pages);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var adapter in _loaded)
            {
                pages.Return(adapter.Pages);
            }

            _loaded.Clear();
        }
    }

    /// <summary>Null: it has its pages.</summary>
    private AdapterLoad? TryRent(AdapterImage image, OwnerTag owner, out PageIndex[] held)
    {
        held = [];

        if (AdapterCheck.Misfit(image.Manifest, shape) is { } misfit)
        {
            return new AdapterLoad.DoesNotFit(misfit);
        }

        held = new PageIndex[PagesFor(image)];
        return pages.TryRent(owner, held) ? null : new AdapterLoad.OutOfPages(held.Length, pages.Free);
    }

    private AdapterLoad.Loaded Add(AdapterHandle handle)
    {
        lock (_gate)
        {
            _loaded.Add(handle);
        }

        return new AdapterLoad.Loaded(handle);
    }
}
