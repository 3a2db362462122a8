using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Embedded.Catalogue;

/// <summary>What a tag is unique by.</summary>
internal readonly record struct AdapterTag(BackboneName Backbone, AdapterName Name, string Tag);
