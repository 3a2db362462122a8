using System.CommandLine;
using System.Reflection;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Client;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas version</c>: this command's and, where one runs, the platform's and its workers' kernels.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Print versions");
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var own = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
        using var client = ConnectionOptions.Resolve(parse).Connect();
        Versions versions;

        try
        {
            var info = await client.Platform.InfoAsync(cancellationToken);
            var workers = await client.Platform.WorkersAsync(cancellationToken);
            versions = new Versions(own, info.Version.Release, $"{info.Provider.Name}, {info.Provider.Orchestration}", [.. workers.Select(worker => new WorkerVersion(worker.Id, worker.Device))]);
        }
        catch (LoraFaaSException e)
        {
            CommandRunner.Errors.MarkupLineInterpolated($"[grey]platform  {e.Message}[/]");
            versions = new Versions(own, null, null, []);
        }

        Printer.Line(parse, versions, CliJson.Default.Versions, own, Text(versions));
        return ExitCodes.Done;
    }

    private static string Text(Versions versions) => string.Join(
        Environment.NewLine,
        [
            $"lorafaas  {versions.Lorafaas}",
            .. versions.Platform is null ? Array.Empty<string>() : [$"platform  {versions.Platform} ({versions.Provider})"],
            .. versions.Workers.Select(worker => $"worker    {worker.Id}: {worker.Device}"),
        ]);
}
