using LoraFaaS.Linux.Confinement;

namespace LoraFaaS.Worker.Isolation;

/// <summary>A program to be confined and what it needs of the machine.</summary>
internal sealed record ConfinedProgram
{
    public required ConfinedKind Kind { get; init; }

    /// <summary>An executable, or a .NET assembly, which is run by the runtime the worker runs on.</summary>
    public required string Path { get; init; }

    /// <summary>Its arguments; the socket is descriptor 3, and how it is told so is the program's own affair.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Folders it may read beside its own and the runtime's: a handler's package.</summary>
    public IReadOnlyList<string> Readable { get; init; } = [];

    /// <summary>Bytes by control group: what it may hold privately.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Its share of busy processors; 100 is usual.</summary>
    public int CpuWeight { get; init; } = 100;

    /// <summary>Threads it may have.</summary>
    public int Threads { get; init; } = 256;

    /// <summary>Bytes of a temporary folder of its own, where the machine can bound one. 0: none.</summary>
    public long TmpBytes { get; init; }

    /// <summary>Environment beside the runtime's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
