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
    private static readonly Option<string[]> Only = new("--only") { Description = $"Parts to run ({string.Join(", ", GatewayBench.Parts)}); default: all", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("gateway", "Measure what the gateway adds to a call") { Rounds, Seconds, Streams, Functions, Only, Json };
        Only.AcceptOnlyFromAmong([.. GatewayBench.Parts]);
        command.SetAction(async (parse, _) =>
        {
            var report = new ReportWriter("gateway", TimeProvider.System);
            await new GatewayBench(report, parse.GetValue(Rounds), parse.GetValue(Seconds), parse.GetValue(Streams), parse.GetValue(Functions)).RunAsync(parse.GetValue(Only) ?? []);
            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
