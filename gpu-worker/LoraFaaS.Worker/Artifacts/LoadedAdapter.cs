using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>An adapter just packed, and where its artifact was found.</summary>
internal sealed record LoadedAdapter(PackedAdapter Packed, StorageTier FoundAt);
