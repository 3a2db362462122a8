using System.Diagnostics;
using System.Globalization;
using LoraFaaS.Worker.Configuration;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Handlers;

/// <summary>Where the handler program is and how it is started: with an environment of our choosing and nothing inherited.</summary>
internal sealed class HandlerProgram
{
    private const string Name = "LoraFaaS.Handler";

    private readonly HandlerOptions _options;
    private readonly string _path;

    public HandlerProgram(IOptions<HandlerOptions> options)
    {
        _options = options.Value;
        _path = _options.Path.Length > 0 ? Path.GetFullPath(_options.Path) : Find();

        if (!File.Exists(_path))
        {
            throw new FileNotFoundException($"Worker:Handlers:Path: there is no handler program at {_path}.", _path);
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
        start.Environment["DOTNET_GCHeapHardLimit"] = _options.MemoryBytes.ToString("x", CultureInfo.InvariantCulture);
        return start;
    }

    /// <summary>No credential, proxy or path of the worker's reaches the code.</summary>
    private static void Clean(ProcessStartInfo start, string privateFolder)
    {
        var root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["HOME"] = privateFolder;
        start.Environment["TMPDIR"] = privateFolder;

        // The runtime's diagnostics port is a socket through which others of this user could read its memory.
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

        // Published together; else as the repository builds it: gpu-worker/LoraFaaS.Worker/bin/… beside function-sdk/LoraFaaS.Handler/bin/….
        string[] candidates =
        [
            Path.Combine(here, Name),
            Path.Combine(here, Name + ".dll"),
            Path.GetFullPath(Path.Combine(here, "..", "handler", Name)),
            Path.Combine(here.Replace("gpu-worker/LoraFaaS.Worker", "function-sdk/" + Name, StringComparison.Ordinal), Name),
        ];

        return candidates.FirstOrDefault(File.Exists) ?? candidates[^1];
    }
}
