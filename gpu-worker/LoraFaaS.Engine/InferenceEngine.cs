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
    private readonly DeviceMemory _arena;

    public InferenceEngine(BackboneImage backbone, IComputeBackend backend, EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(backbone);
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(options);

        var pageBytes = KvLayout.PageBytesFor(backbone.Shape, options.KvDtype, options.PageBytes);
        var layout = KvLayout.For(backbone.Shape, options.KvDtype, pageBytes);
        _arena = backend.Allocate(options.DeviceBytes / pageBytes * pageBytes);
        Backbone = backbone;
        Pages = new PagePool(_arena, pageBytes);
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

    public void Dispose()
    {
        Runner.Dispose();
        Adapters.Dispose();
        _arena.Dispose();
    }
}
