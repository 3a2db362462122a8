using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Embedded.Catalogue;

/// <summary>What a pinned reference is looked up by.</summary>
internal readonly record struct AdapterContent(BackboneName Backbone, AdapterName Name, Digest Digest);
