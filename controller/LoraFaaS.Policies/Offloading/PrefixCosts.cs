namespace LoraFaaS.Policies.Offloading;

/// <summary>What bringing one prompt prefix back is expected to take, way by way.</summary>
/// <param name="DiskToHost">Reading its image and deciphering it.</param>
/// <param name="HostToDevice">Copying its image into a sandbox's pages.</param>
/// <param name="Compute">Computing its keys and values again.</param>
public readonly record struct PrefixCosts(TimeSpan DiskToHost, TimeSpan HostToDevice, TimeSpan Compute);
