using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Offloading;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Offloading;

/// <summary>One thing that could leave the device, and what to do so that it does.</summary>
internal sealed record DeviceTenant(OffloadCandidate Candidate, ResidentSandbox Sandbox, Digest? Adapter, KeptPrefix? Prefix);
