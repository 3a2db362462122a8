using System.CommandLine;
using System.Globalization;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Contracts.Units;
using Spectre.Console;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas workers</c>: what each worker is, holds and cannot enforce.</summary>
internal static class WorkersCommand
{
    public static Command Create()
    {
        var command = new Command("workers", "List workers and what they hold");
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var client = ConnectionOptions.Resolve(parse).Connect();
        var table = new Table().Border(TableBorder.Simple).AddColumns("worker", "state", "device", "memory", "sandboxes", "running", "queued", "adapters on device");

        foreach (var worker in await client.Platform.WorkersAsync(cancellationToken))
        {
            table.AddRow(
                Markup.Escape(worker.Id),
                Markup.Escape(worker.State),
                Markup.Escape(worker.Device),
                $"{new ByteSize(worker.DeviceBytesUsed)} of {new ByteSize(worker.DeviceBytes)}",
                worker.Sandboxes.ToString(CultureInfo.InvariantCulture),
                worker.Running.ToString(CultureInfo.InvariantCulture),
                worker.Queued.ToString(CultureInfo.InvariantCulture),
                worker.Resident.Count(resident => resident.Kind == "adapter" && resident.Tier == "device").ToString(CultureInfo.InvariantCulture));

            foreach (var measure in worker.NotEnforced)
            {
                CommandRunner.Errors.MarkupLineInterpolated($"[yellow]![/] {worker.Id}: not enforced: {measure}");
            }
        }

        Terminal.Output.Write(table);
        return ExitCodes.Done;
    }
}
