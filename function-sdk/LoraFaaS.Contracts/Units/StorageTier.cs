namespace LoraFaaS.Contracts.Units;

/// <summary>Where an artifact is, farthest first, so that a greater tier is nearer the first token.</summary>
public enum StorageTier
{
    /// <summary>Only in the artifact store.</summary>
    Remote = 0,

    /// <summary>In the worker's digest-checked disk cache.</summary>
    Disk = 1,

    /// <summary>In the worker's host memory, packed.</summary>
    Host = 2,

    /// <summary>In a sandbox's device pages: the next step can use it.</summary>
    Device = 3,
}
