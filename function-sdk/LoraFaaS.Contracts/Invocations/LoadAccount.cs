using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Contracts.Invocations;

/// <summary>Where the time of one load to the device went, in milliseconds, and in which tier its artifacts were found.</summary>
public sealed record LoadAccount(
    double SandboxMs, double MapMs, double KernelsMs, double AdapterMs, StorageTier AdapterTier, StorageTier BackboneTier, bool SandboxWarm);
