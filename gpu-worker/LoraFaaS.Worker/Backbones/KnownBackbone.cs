using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Worker.Backbones;

/// <summary>A backbone that was registered: what it is and where its folder lies on this machine.</summary>
internal sealed record KnownBackbone(Digest Digest, string Name, string Path);
