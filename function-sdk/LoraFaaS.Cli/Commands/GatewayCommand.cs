using System.CommandLine;
using System.Text.Json;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Up;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas gateway restart</c>: another process takes over the doors of the gateway that <c>up</c> serves here. No call is refused, and streams end where they began.</summary>
internal static class GatewayCommand
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly Option<string?> Data = new("--data") { Description = "The data folder that up was given (default: the user's data folder, lorafaas/)" };

    public static Command Create()
    {
        var restart = new Command("restart", "Put another process in the gateway's place without refusing a call, as after a change of its program or its certificate") { Data };
        restart.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RestartAsync(parse, stopping), cancellationToken));
        return new Command("gateway", "The gateway of the platform that up serves on this machine") { restart };
    }

    private static async Task<int> RestartAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var folder = parse.GetValue(Data) ?? UpCommand.DefaultDataFolder;
        var before = Read(folder);
        UpSignal.Send(folder);
        var asked = time.GetTimestamp();
        using var look = new PeriodicTimer(LookEvery, time);

        while (await look.WaitForNextTickAsync(cancellationToken))
        {
            if (Read(folder) is { } now && now.Pid != before?.Pid)
            {
                Printer.Changed(parse, "gateway", "restarted");
                return ExitCodes.Done;
            }

            if (time.GetElapsedTime(asked) > Limit)
            {
                return CommandRunner.Fail($"No other gateway took over within {Limit.TotalSeconds:0} s; the one that serves goes on. Its log says why: {DataFolder.Open(folder).LogFileOf(HostKind.Gateway)}", ExitCodes.Failed);
            }
        }

        return ExitCodes.Failed;
    }

    private static HostReadyFile? Read(string folder)
    {
        var file = DataFolder.Open(folder).ReadyFileOf(HostKind.Gateway);
        return File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), CliJson.Default.HostReadyFile) : null;
    }
}
