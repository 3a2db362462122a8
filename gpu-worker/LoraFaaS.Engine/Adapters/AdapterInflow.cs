using LoraFaaS.Engine.Memory;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Adapters;

/// <summary>
/// An adapter on its way into its pages. Where steps can compute on any memory of the process they read the image where it lies, and it is copied when there is time; elsewhere it is copied as it comes, a
/// layer ahead of its use. For the thread that steps alone.
/// </summary>
internal sealed class AdapterInflow(AdapterImage image, IAdapterArrival arrival, int layers, PagePool pool)
{
    private readonly long[] _ends = EndsOf(image.Manifest, layers);
    private long _copied;

    /// <summary>The image stands in for the pages until it is copied.</summary>
    public bool StandsIn => pool.IsHost;

    /// <summary>What stands in for a page, by its place.</summary>
    public nint AddressOf(int page) => image.AddressOf((long)page * pool.PageBytes);

    /// <summary>Has everything that this layer and those before it need where they read it. False: it does not come.</summary>
    public bool TryFill(int layer, ReadOnlySpan<PageIndex> pages)
    {
        if (_copied >= _ends[layer])
        {
            return true;
        }

        if (!arrival.Await(_ends[layer]))
        {
            return false;
        }

        if (!StandsIn)
        {
            Copy(_ends[layer], pages);
        }

        return true;
    }

    /// <summary>All of it is there, and it is what it is called. False: it is not.</summary>
    public bool TryHaveAll() => arrival.AwaitWhole();

    /// <summary>All of it is in the pages.</summary>
    public void Finish(ReadOnlySpan<PageIndex> pages) => Copy(image.ContentBytes, pages);

    private void Copy(long end, ReadOnlySpan<PageIndex> pages)
    {
        while (_copied < end)
        {
            var (page, within) = ((int)(_copied / pool.PageBytes), (int)(_copied % pool.PageBytes));
            var bytes = (int)Math.Min(pool.PageBytes - within, end - _copied);
            pool.Write(pages[page], within, image.Content(_copied, bytes));
            _copied += bytes;
        }
    }

    /// <summary>By layer, where the content ends that it and the layers before it use. A packer lays sites in the order of layers; an image that does not is waited for longer.</summary>
    private static long[] EndsOf(AdapterManifest manifest, int layers)
    {
        var ends = new long[layers];

        foreach (var site in manifest.Sites)
        {
            ref var end = ref ends[site.Layer];
            end = Math.Max(end, site.StackOffset + PanelLayout.Bytes(site.Dtype, site.StackRows, site.InputColumns));

            foreach (var module in site.Modules)
            {
                end = Math.Max(end, module.Offset + PanelLayout.Bytes(site.Dtype, module.OutputRows, module.Rank));
            }
        }

        for (var layer = 1; layer < layers; layer++)
        {
            ends[layer] = Math.Max(ends[layer], ends[layer - 1]);
        }

        return ends;
    }
}
