using System.Globalization;
using LoraFaaS.Linux.Confinement;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Isolation;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Handlers;

/// <summary>The handler program and what a process of it may use.</summary>
internal sealed class HandlerProgram
{
    private const string Name = "LoraFaaS.Handler";

    /// <summary>The runtime itself, its code and its stacks, beside the managed memory that the code may fill.</summary>
    private const long RuntimeBytes = 192L << 20;

    private readonly HandlerOptions _options;

    public HandlerProgram(IOptions<HandlerOptions> options)
    {
        _options = options.Value;
        Path = _options.Path.Length > 0 ? System.IO.Path.GetFullPath(_options.Path) : Find();

        if (!File.Exists(Path))
        {
            throw new FileNotFoundException($"Worker:Handlers:Path: there is no handler program at {Path}.", Path);
        }
    }

    public string Path { get; }

    /// <param name="codeFolder">The one folder beside the program's and the runtime's that it may read. It must exist.</param>
    public ConfinedProgram Confined(string codeFolder) => new()
    {
        Kind = ConfinedKind.Handler,
        Path = Path,
        Arguments = ["--descriptor", Descriptors.Socket.ToString(CultureInfo.InvariantCulture)],
        Readable = [codeFolder],
        MemoryBytes = _options.MemoryBytes + RuntimeBytes,
        TmpBytes = _options.TmpBytes,
        Threads = _options.Threads,
        Environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            // Reached first, it is an exception that the author can read; the control group's limit is a kill.
            ["DOTNET_GCHeapHardLimit"] = _options.MemoryBytes.ToString("x", CultureInfo.InvariantCulture),
        },
    };

    /// <summary>Where the repository builds it, its folder is not the worker's.</summary>
    private static string Find()
    {
        var beside = ProgramFiles.Find(Name);
        return File.Exists(beside) ? beside : beside.Replace($"gpu-worker/{Name}", $"function-sdk/{Name}", StringComparison.Ordinal);
    }
}
