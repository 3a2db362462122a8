using LoraFaaS.Linux.Confinement;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Isolation;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>The sandbox program and what a process of it may use.</summary>
internal sealed class SandboxProgram
{
    private const string Name = "LoraFaaS.Sandbox";

    private readonly long _memoryBytes;
    private readonly int _cpuWeight;
    private readonly int _threads;

    public SandboxProgram(WorkerOptions options, IsolationOptions isolation)
    {
        const int ThreadsOfTheRuntime = 192;

        // The most it can be leased, which holds its adapters and keys and values, and what the runtime needs beside that; once it is opened, what it is leased. The backbone is not in it:
        // its pages are the worker's, who touched them first.
        OverheadBytes = isolation.OverheadBytes;
        _memoryBytes = options.SandboxBytes.Bytes + OverheadBytes;
        _cpuWeight = isolation.CpuWeight;
        _threads = ThreadsOfTheRuntime + (2 * options.SandboxThreads(Environment.ProcessorCount));
        Path = options.SandboxPath.Length > 0 ? System.IO.Path.GetFullPath(options.SandboxPath) : ProgramFiles.Find(Name);

        if (!File.Exists(Path))
        {
            throw new FileNotFoundException($"Worker:SandboxPath: there is no sandbox program at {Path}.", Path);
        }
    }

    public string Path { get; }

    /// <summary>Memory beside what it leases.</summary>
    public long OverheadBytes { get; }

    public ConfinedProgram Confined() => new()
    {
        Kind = ConfinedKind.Sandbox,
        Path = Path,
        Arguments = ["--descriptor", Descriptors.Socket.ToString(System.Globalization.CultureInfo.InvariantCulture)],
        MemoryBytes = _memoryBytes,
        CpuWeight = _cpuWeight,
        Threads = _threads,
    };
}
