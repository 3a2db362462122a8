using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>A packed adapter: its layout follows the backbone's, so that the same artifact packs differently for another.</summary>
internal readonly record struct AdapterKey(Digest Adapter, Digest Backbone);
