namespace LoraFaaS.Contracts.Units;

/// <summary>What must be in place before a first token. Each has tiers: see <see cref="StorageTier"/>.</summary>
public enum ArtifactKind
{
    /// <summary>An engine process: a blank one at host tier, one of a trust domain at device tier.</summary>
    Sandbox = 0,

    /// <summary>The shared weights: packed at host tier, mapped by a sandbox at device tier.</summary>
    Backbone = 1,

    /// <summary>Compiled and assembled code of the engine. It lives in a process and comes and goes with it.</summary>
    Kernels = 2,

    Adapter = 3,

    /// <summary>Keys and values of the tokens that every prompt of a revision begins with.</summary>
    Prefix = 4,

    /// <summary>A package with a function's own code. On disk only: what runs of it is a handler's.</summary>
    Code = 5,
}
