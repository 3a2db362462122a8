using System.CommandLine;
using System.Reflection;
using LoraFaaS.Cli.Connection;
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
        Console.WriteLine($"lorafaas  {own}");
        using var client = ConnectionOptions.Resolve(parse).Connect();

        try
        {
            var info = await client.Platform.InfoAsync(cancellationToken);
            Console.WriteLine($"platform  {info.Version.Release} ({info.Provider.Name}, {info.Provider.Orchestration})");
            foreach (var worker in await client.Platform.WorkersAsync(cancellationToken))
            {
                Console.WriteLine($"worker    {worker.Id}: {worker.Device}");
            }
        }
        catch (LoraFaaSException e)
        {
            CommandRunner.Errors.MarkupLineInterpolated($"[grey]platform  {e.Message}[/]");
        }

        return ExitCodes.Done;
    }
}
