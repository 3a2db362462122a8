using System.Diagnostics;
using LoraFaaS.Cli.Up;

namespace LoraFaaS.Cli.Push;

/// <summary>Runs <c>dotnet publish</c> and <c>dotnet pack</c> with the SDK this command runs on.</summary>
internal static class ProjectPublisher
{
    /// <summary>Lines of a failed build that are worth reading.</summary>
    private const int ErrorLines = 10;

    /// <exception cref="UsageException">It does not build; the message holds the first errors.</exception>
    public static Task PublishAsync(string project, string output, CancellationToken cancellationToken) =>
        RunAsync(project, ["publish", project, "-c", "Release", "-o", output, "--nologo", "-v", "quiet", "-nodeReuse:false"], cancellationToken);

    /// <exception cref="UsageException">It does not build; the message holds the first errors.</exception>
    public static Task PackAsync(string project, string output, CancellationToken cancellationToken) =>
        RunAsync(project, ["pack", project, "-c", "Release", "-o", output, "--nologo", "-v", "quiet", "-nodeReuse:false"], cancellationToken);

    private static async Task RunAsync(string project, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(File.Exists(HostPrograms.DotnetPath) ? HostPrograms.DotnetPath : "dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(project)!,
        };

        using var process = Process.Start(start) ?? throw new UsageException("dotnet cannot be started; the SDK is needed to build functions' code.");
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);

        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        if (process.ExitCode == 0)
        {
            return;
        }

        var lines = $"{await output}\n{await errors}".Split('\n').Where(line => line.Contains("error", StringComparison.Ordinal)).Distinct().Take(ErrorLines);
        throw new UsageException($"{Path.GetFileName(project)} does not build:\n{string.Join('\n', lines)}");
    }
}
