using LoraFaaS.Engine.Memory;

namespace LoraFaaS.Engine.KvCache;

/// <summary>Makes sequences whose keys and values live in the pool.</summary>
public sealed class KvStore(PagePool pages, KvLayout layout)
{
    public KvLayout Layout => layout;

    /// <summary>An empty sequence: it holds no page until it grows.</summary>
    public KvSequence CreateSequence(OwnerTag owner) => new(pages, layout, owner);
}
