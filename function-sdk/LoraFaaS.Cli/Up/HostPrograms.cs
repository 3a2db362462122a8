namespace LoraFaaS.Cli.Up;

/// <summary>Finds the hosts' programs: beside this one where published, in the source tree's build output otherwise.</summary>
internal sealed class HostPrograms
{
    private readonly string _root;
    private readonly bool _published;

    private HostPrograms(string root, bool published)
    {
        _root = root;
        _published = published;
    }

    /// <summary>The <c>dotnet</c> this process runs on, so that children run on the same.</summary>
    public static string DotnetPath
    {
        get
        {
            // …/shared/Microsoft.NETCore.App/10.0.x/ lies three folders below the installation.
            var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
            return Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", "dotnet"));
        }
    }

    /// <summary>The folder of the demo: backbone, adapters, stack.yml, eval.</summary>
    public string DemoFolder => _published ? Path.Combine(_root, "demo") : Path.Combine(_root, "deploy", "demo");

    public string Sandbox => Program("gpu-worker", "Sandbox");

    public string Handler => Program("function-sdk", "Handler");

    /// <summary>The folder of the package that functions' code is built against.</summary>
    public string PackagesFolder => _published ? Path.Combine(_root, "packages") : Path.Combine(_root, "artifacts", "packages");

    /// <summary>The source tree; null where the programs were published.</summary>
    public string? Repository => _published ? null : _root;

    public static HostPrograms Find(string baseFolder)
    {
        var beside = Path.GetFullPath(Path.Combine(baseFolder, ".."));

        if (File.Exists(Path.Combine(beside, "gateway", "LoraFaaS.Gateway.dll")))
        {
            return new HostPrograms(beside, published: true);
        }

        for (var folder = new DirectoryInfo(baseFolder); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LoraFaaS.sln")))
            {
                return new HostPrograms(folder.FullName, published: false);
            }
        }

        throw new UsageException($"The platform's programs are not beside {baseFolder}; start it with deploy/up.sh, which builds them.");
    }

    public string PathOf(HostKind kind) => kind switch
    {
        HostKind.Controller => Program("controller", "Controller"),
        HostKind.Worker => Program("gpu-worker", "Worker"),
        HostKind.Gateway => Program("gateway", "Gateway"),
        HostKind.Console => Program("controller", "Console"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string Program(string folder, string name)
    {
        var path = _published
            ? Path.Combine(_root, name.ToLowerInvariant(), $"LoraFaaS.{name}.dll")
            : Path.Combine(_root, folder, $"LoraFaaS.{name}", "bin", "Release", "net10.0", $"LoraFaaS.{name}.dll");

        return File.Exists(path) ? path : throw new UsageException($"{path} is missing; run deploy/up.sh, which builds it.");
    }
}
