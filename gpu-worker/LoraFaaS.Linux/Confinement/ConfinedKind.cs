namespace LoraFaaS.Linux.Confinement;

/// <summary>What a confined process is, which decides the calls it may make.</summary>
public enum ConfinedKind
{
    /// <summary>The engine of one trust domain: reads its program, talks on one socket, writes nowhere.</summary>
    Sandbox,

    /// <summary>One function's own code: as a sandbox, and it may change files in its private folder.</summary>
    Handler,
}
