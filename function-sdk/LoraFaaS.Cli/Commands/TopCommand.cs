using System.CommandLine;
using System.Text.Json;
using LoraFaaS.Cli.Connection;
using LoraFaaS.Cli.Output;
using LoraFaaS.Cli.Overview;
using LoraFaaS.Client;
using LoraFaaS.Contracts.Functions;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas top</c>: workers and functions, live, until Ctrl-C; in a file or pipe one frame after another.</summary>
internal static class TopCommand
{
    private const int MostFunctions = 20;

    private static readonly Option<string> Interval = new("--interval") { Description = "Between two looks, for example 2s", DefaultValueFactory = _ => "2s" };
    private static readonly Option<bool> Once = new("--once") { Description = "Two looks, one frame" };

    public static Command Create()
    {
        var command = new Command("top", "Watch workers and functions until Ctrl-C") { Interval, Once };
        command.SetAction((parse, cancellationToken) => CommandRunner.RunAsync(stopping => RunAsync(parse, stopping), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var interval = DurationText.Read("--interval", parse.GetValue(Interval)!);

        if (interval < TimeSpan.FromMilliseconds(200))
        {
            throw new UsageException("--interval: 0.2s or more.");
        }

        using var client = ConnectionOptions.Resolve(parse).Connect();
        var first = await LookAsync(client, cancellationToken);

        if (OutputOptions.FormOf(parse) is not OutputForm.Table || parse.GetValue(Once) || Console.IsOutputRedirected)
        {
            await foreach (var frame in FramesAsync(client, first, interval, cancellationToken))
            {
                Write(parse, frame);

                if (parse.GetValue(Once))
                {
                    break;
                }
            }

            return ExitCodes.Done;
        }

        await Terminal.Output.Live(FrameView.Of(Frame.Of(null, first), MostFunctions)).AutoClear(false).StartAsync(async live =>
        {
            await foreach (var frame in FramesAsync(client, first, interval, cancellationToken))
            {
                live.UpdateTarget(FrameView.Of(frame, MostFunctions));
            }
        });
        return ExitCodes.Done;
    }

    private static void Write(ParseResult parse, Frame frame)
    {
        if (OutputOptions.FormOf(parse) is OutputForm.Json)
        {
            Console.WriteLine(JsonSerializer.Serialize(frame, CliJson.Compact.Frame));
            return;
        }

        Terminal.Output.Write(FrameView.Of(frame, MostFunctions));
    }

    private static async IAsyncEnumerable<Frame> FramesAsync(
        LoraFaaSClient client, Glance first, TimeSpan interval, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, TimeProvider.System);

        for (var before = first; await timer.WaitForNextTickAsync(cancellationToken);)
        {
            var now = await LookAsync(client, cancellationToken);
            yield return Frame.Of(before, now);
            before = now;
        }
    }

    private static async Task<Glance> LookAsync(LoraFaaSClient client, CancellationToken cancellationToken)
    {
        var functions = await ListCommand.FindAllAsync(client, cancellationToken);
        return new Glance { At = TimeProvider.System.GetUtcNow(), Workers = await client.Platform.WorkersAsync(cancellationToken), Functions = functions };
    }
}
