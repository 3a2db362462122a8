using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Offloading;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>What a sandbox's side of the worker turns to: where adapters come from, who has room, who wants to know.</summary>
internal sealed record SandboxSurroundings(AdapterHostCache Host, PrefixTiers Prefixes, DeviceRoom Room, TierCosts Costs, ResidencyChanges Changes, TimeProvider Time);
