namespace LoraFaaS.Worker.Backbones;

/// <summary>A known backbone in the catalogue's file.</summary>
internal sealed record BackboneEntry(string Digest, string Name, string Path);
