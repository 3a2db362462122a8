using System.Diagnostics;
using System.Runtime.InteropServices;
using LoraFaaS.Linux.Confinement;

namespace LoraFaaS.Worker.Isolation;

/// <summary>Where the launcher is and how it is started: with an environment of our choosing and nothing inherited.</summary>
internal sealed class LauncherProgram
{
    private const string Name = "LoraFaaS.Launcher";

    private readonly string _path;

    public LauncherProgram(IsolationOptions options)
    {
        _path = options.LauncherPath.Length > 0 ? Path.GetFullPath(options.LauncherPath) : ProgramFiles.Find(Name);

        if (!File.Exists(_path))
        {
            throw new FileNotFoundException($"Worker:LauncherPath: there is no launcher program at {_path}.", _path);
        }
    }

    /// <summary>The root of the runtime that this process and every .NET program it starts runs on.</summary>
    public static string RuntimeRoot { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    public ProcessStartInfo Run(Confinement confinement, ConfinedProgram program, string privateFolder) =>
        StartInfo("run", confinement, [.. Command(program.Path), .. program.Arguments], privateFolder, program.Environment);

    /// <param name="confinement">What to try measures with.</param>
    /// <param name="files">What another user must be able to read.</param>
    public ProcessStartInfo Probe(Confinement confinement, IReadOnlyList<string> files) => StartInfo("probe", confinement, files, "/", new Dictionary<string, string>());

    /// <summary>The folders a program is loaded from.</summary>
    public IReadOnlyList<string> FoldersOf(ConfinedProgram program) => [RuntimeRoot, Path.GetDirectoryName(program.Path)!, Path.GetDirectoryName(_path)!];

    /// <summary>The runtime and the launcher, which every user must be able to read; a program's own file is added by who knows it.</summary>
    public IReadOnlyList<string> EssentialFiles => [_path, Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "libcoreclr.so")];

    private ProcessStartInfo StartInfo(
        string verb, Confinement confinement, IEnumerable<string> rest, string privateFolder, IReadOnlyDictionary<string, string> environment)
    {
        var command = Command(_path);
        var start = new ProcessStartInfo(command[0])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };

        foreach (var argument in (IEnumerable<string>)[.. command[1..], verb, .. ConfinementText.Write(confinement), "--", .. rest])
        {
            start.ArgumentList.Add(argument);
        }

        Clean(start, privateFolder);

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>No credential, proxy or path of the worker's reaches the process.</summary>
    private static void Clean(ProcessStartInfo start, string privateFolder)
    {
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["HOME"] = privateFolder;
        start.Environment["TMPDIR"] = privateFolder;
        start.Environment["DOTNET_ROOT"] = RuntimeRoot;

        // The runtime's diagnostics port is a socket through which a debugger could read the process's memory.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";

        // Writing code through a second mapping needs a memfd, and one that may make memfds may fill memory that no limit of its own counts.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
    }

    private static string[] Command(string path) =>
        path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) ? [Path.Combine(RuntimeRoot, "dotnet"), "exec", path] : [path];
}
