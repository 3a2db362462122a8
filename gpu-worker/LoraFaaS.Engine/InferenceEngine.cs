using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Memory;
using LoraFaaS.Engine.Models;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine;

/// <summary>
/// One backbone, one page pool, the adapters and sequences that live in it, and the runner that steps them.
/// Owns what it makes; the image's mapping and the backend belong to the caller and must outlive it.
/// </summary>
public sealed class InferenceEngine : IDisposable
{
    /// <summary>At once: a huge page, which may take its host some milliseconds.</summary>
    private const long TouchedBytes = 2L << 20;

    private readonly DeviceMemory _arena;
    private long _touched;

    public InferenceEngine(BackboneImage backbone, IComputeBackend backend, EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(options);

        var pageBytes = KvLayout.PageBytesFor(backbone.Shape, options.KvDtype, options.PageBytes);
        var layout = KvLayout.For(backbone.Shape, options.KvDtype, pageBytes);
        _arena = backend.Allocate(Math.Max(options.DeviceBytes, options.DeviceLimitBytes) / pageBytes * pageBytes);
        _arena.ExpectDense();
        Backbone = backbone;
        Pages = new PagePool(_arena, pageBytes, options.DeviceBytes);
        Kv = new KvStore(Pages, layout);
        Prefixes = new PrefixCache(Pages, layout);
        Adapters = new AdapterTable(Pages, backbone.Shape);
        Runner = new ModelRunner(backbone, backend, layout, options);
    }

    public BackboneImage Backbone { get; }

    public PagePool Pages { get; }

    public KvStore Kv { get; }

    public PrefixCache Prefixes { get; }

    public AdapterTable Adapters { get; }

    public ModelRunner Runner { get; }

    /// <summary>
    /// Has memory for what a first prompt writes to, before there is one: activations of so many tokens, and the pool's beginning. On a machine whose host
    /// gives memory page by page a first touch costs ten times what zeroing does. In pieces, with a look between them whether there is still time.
    /// </summary>
    public void Touch(int tokens, long poolBytes, CancellationToken enough)
    {
        Runner.Touch(tokens);
        poolBytes = Math.Min(poolBytes, _arena.Bytes);

        for (; _touched < poolBytes && !enough.IsCancellationRequested; _touched = Math.Min(_touched + TouchedBytes, poolBytes))
        {
            _arena.Touch(_touched, Math.Min(TouchedBytes, poolBytes - _touched));
        }
    }

    /// <summary>The pool reaches so far, or as far as it did. What was touched beyond is given back: a lease does not cover it.</summary>
    public void Reach(long bytes)
    {
        Pages.Grow((int)Math.Min(bytes / Pages.PageBytes, Pages.Limit));
        var end = (long)Pages.Total * Pages.PageBytes;

        if (_touched > end)
        {
            _arena.Discard(end, _touched - end);
            _touched = end;
        }
    }

    /// <summary>
    /// Makes the pool smaller, between steps: pages of the sequences named and of loaded adapters move down as needed. Answers the bytes that are left,
    /// which may be more than asked for.
    /// </summary>
    public long Shrink(long bytes, IReadOnlyCollection<KvSequence> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        var pages = (int)Math.Clamp((bytes + Pages.PageBytes - 1) / Pages.PageBytes, 0, Pages.Limit);
        var movable = Adapters.HeldPages();

        foreach (var sequence in sequences)
        {
            movable.UnionWith(sequence.HeldPages);
        }

        var moves = Pages.Shrink(pages, movable);

        if (moves.Count > 0)
        {
            foreach (var sequence in sequences)
            {
                sequence.Follow(moves);
            }

            Adapters.Follow(moves);
            Prefixes.Follow(moves);
        }

        return (long)Pages.Total * Pages.PageBytes;
    }

    public void Dispose()
    {
        Runner.Dispose();
        Adapters.Dispose();
        _arena.Dispose();
    }
}
