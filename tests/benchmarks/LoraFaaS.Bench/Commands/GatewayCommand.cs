using System.CommandLine;
using LoraFaaS.Bench.Door;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>gateway</c>: what the door adds to a call, beside a bare forwarder.</summary>
internal static class GatewayCommand
{
    private static readonly Option<int> Rounds = BenchOptions.Rounds(5);
    private static readonly Option<double> Seconds = new("--seconds") { Description = "Length of a turn", DefaultValueFactory = _ => 3 };
    private static readonly Option<int> Streams = new("--streams") { Description = "Open streams to hold, as far as descriptors go", DefaultValueFactory = _ => 10_000 };
    private static readonly Option<int> Functions = new("--functions") { Description = "Functions to look one up among", DefaultValueFactory = _ => 100_000 };
    private static readonly Option<int> Starts = new("--starts") { Description = "Gateways to start one after the other, with --only starts", DefaultValueFactory = _ => 6 };
    private static readonly Option<int> Warm = new("--warm") { Description = "Stretches of calls that warm each door at most", DefaultValueFactory = _ => DoorWarmth.MostTurns };
    private static readonly Option<string[]> Beside = new("--beside")
    {
        Description = "NAME=VALUE[,NAME=VALUE]: with --only starts, as many more gateways with this in their environment, in turns", DefaultValueFactory = _ => [],
    };

    private static readonly Option<string[]> Only = new("--only") { Description = $"Parts to run ({string.Join(", ", GatewayBench.Parts)}); default: all but starts", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("gateway", "Measure what the gateway adds to a call") { Rounds, Seconds, Streams, Functions, Starts, Warm, Beside, Only, Json };
        Only.AcceptOnlyFromAmong([.. GatewayBench.Parts]);
        command.SetAction(async (parse, _) =>
        {
            var report = new ReportWriter("gateway", TimeProvider.System);
            var starts = new DoorStartsOrder(parse.GetValue(Starts), [DoorEnvironment.Plain, .. (parse.GetValue(Beside) ?? []).Select(DoorEnvironment.Parse)], parse.GetValue(Warm));
            await new GatewayBench(report, parse.GetValue(Rounds), parse.GetValue(Seconds), parse.GetValue(Streams), parse.GetValue(Functions), starts).RunAsync(parse.GetValue(Only) ?? []);
            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
