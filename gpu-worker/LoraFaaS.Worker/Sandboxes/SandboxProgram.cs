using System.Diagnostics;
using LoraFaaS.Worker.Configuration;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>Where the sandbox program is and how it is started: with an environment of our choosing and nothing inherited.</summary>
internal sealed class SandboxProgram
{
    private const string Name = "LoraFaaS.Sandbox";

    private readonly string _path;

    public SandboxProgram(WorkerOptions options)
    {
        _path = options.SandboxPath.Length > 0 ? Path.GetFullPath(options.SandboxPath) : Find();

        if (!File.Exists(_path))
        {
            throw new FileNotFoundException($"Worker:SandboxPath: there is no sandbox program at {_path}.", _path);
        }
    }

    public ProcessStartInfo StartInfo(string socketPath, string privateFolder)
    {
        var isAssembly = _path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(isAssembly ? Host() : _path)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = privateFolder,
        };

        if (isAssembly)
        {
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(_path);
        }

        start.ArgumentList.Add("--socket");
        start.ArgumentList.Add(socketPath);
        Clean(start, privateFolder);
        return start;
    }

    /// <summary>No credential, proxy or path of the worker's reaches the sandbox.</summary>
    private static void Clean(ProcessStartInfo start, string privateFolder)
    {
        var root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["HOME"] = privateFolder;
        start.Environment["TMPDIR"] = privateFolder;

        // The runtime's diagnostics port is a socket through which a debugger could read the sandbox's memory.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";

        if (!string.IsNullOrEmpty(root))
        {
            start.Environment["DOTNET_ROOT"] = root;
        }
        else if (Path.GetFileName(Environment.ProcessPath) == "dotnet")
        {
            start.Environment["DOTNET_ROOT"] = Path.GetDirectoryName(Environment.ProcessPath);
        }
    }

    private static string Host() => Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";

    private static string Find()
    {
        var here = AppContext.BaseDirectory;

        // Published together; else as the repository builds it: …/LoraFaaS.Worker/bin/Release/net10.0 beside …/LoraFaaS.Sandbox/bin/….
        string[] candidates =
        [
            Path.Combine(here, Name),
            Path.Combine(here, Name + ".dll"),
            Path.GetFullPath(Path.Combine(here, "..", "sandbox", Name)),
            Path.Combine(here.Replace("LoraFaaS.Worker", Name, StringComparison.Ordinal), Name),
        ];

        return candidates.FirstOrDefault(File.Exists) ?? candidates[^1];
    }
}
