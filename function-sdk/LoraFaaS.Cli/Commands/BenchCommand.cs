using System.CommandLine;
using System.Diagnostics;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Up;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary>
/// <c>lorafaas bench</c>: finds the benchmark program in the source tree, builds it when it is missing or older than a source, and hands it
/// the arguments as they are. Nothing of it is part of the platform.
/// </summary>
internal static class BenchCommand
{
    private const string Project = "tests/benchmarks/LoraFaaS.Bench";

    private static readonly string[] Sources = ["tests/benchmarks", "tests/TestKit", "gateway", "controller", "gpu-worker", "function-sdk", "deploy"];

    public static Command Create()
    {
        var arguments = new Argument<string[]>("arguments") { Description = "What to measure (engine, platform, coldstart, gateway, chaos, all …; bench --help lists them) and its options", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("bench", "Measure the platform on this machine (from the source tree)") { arguments };
        command.SetAction((parse, cancellationToken) => RunAsync(parse.GetValue(arguments)!, cancellationToken));
        return command;
    }

    /// <summary>Takes the arguments before this command's own parser, which would answer <c>--help</c> itself.</summary>
    public static Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken) => CommandRunner.RunAsync(
        async stopping =>
        {
            var root = FindRoot();
            var program = Path.Combine(root, Project, "bin", "Release", "net10.0", "LoraFaaS.Bench.dll");

            if (!IsCurrent(root, program) && await BusyBar.RunAsync("build", silent: false, () => BuildAsync(root, stopping)) is not 0 and var code)
            {
                return code;
            }

            return await StartAsync([program, .. arguments.DefaultIfEmpty("--help")], stopping);
        },
        cancellationToken);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, Project)))
            {
                return folder.FullName;
            }
        }

        throw new UsageException("bench runs from the source tree, and there is none above this program.");
    }

    /// <summary>The build leaves a stamp: an output's own time does not move when only what it references changed.</summary>
    private static bool IsCurrent(string root, string program) =>
        File.Exists(program)
        && File.GetLastWriteTimeUtc(Stamp(root)) is var built
        && !Sources.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*.*", SearchOption.AllDirectories))
            .Where(path => path.EndsWith(".cs", StringComparison.Ordinal) || path.EndsWith(".csproj", StringComparison.Ordinal) || path.EndsWith(".proto", StringComparison.Ordinal))
            .Any(path => File.GetLastWriteTimeUtc(path) > built && !path.Contains("/obj/", StringComparison.Ordinal));

    private static async Task<int> BuildAsync(string root, CancellationToken stopping)
    {
        CommandRunner.Errors.MarkupLine("… build        the benchmarks");
        var begun = TimeProvider.System.GetUtcNow();
        var code = await StartAsync(["build", Path.Combine(root, Project), "-c", "Release", "--nologo", "-v", "q", "-clp:ErrorsOnly", "-nodeReuse:false"], stopping);
        if (code == 0)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Stamp(root))!);
            await File.WriteAllTextAsync(Stamp(root), "", stopping);
            File.SetLastWriteTimeUtc(Stamp(root), begun.UtcDateTime);
        }

        return code;
    }

    private static string Stamp(string root) => Path.Combine(root, "artifacts", "bench.stamp");

    /// <summary>On the same runtime and the same terminal; a signal reaches the child by itself, being in the same group.</summary>
    private static async Task<int> StartAsync(IEnumerable<string> arguments, CancellationToken stopping)
    {
        using var process = Process.Start(new ProcessStartInfo(HostPrograms.DotnetPath, arguments))
            ?? throw new UsageException($"{HostPrograms.DotnetPath} did not start.");
        try
        {
            await process.WaitForExitAsync(stopping);
            return process.ExitCode;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
