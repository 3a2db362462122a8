using System.CommandLine;
using System.Text.Json;
using LoraFaaS.Bench.Platform;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Workers;
using LoraFaaS.Simulator;

namespace LoraFaaS.Bench.Commands;

/// <summary>
/// <c>coldstart</c>: time to first token through the whole platform, cold and warm, stage by stage; with <c>--shape</c> at the worker's door, on synthetic
/// weights of that size, and with <c>--no-share</c> beside the same where nothing is shared.
/// </summary>
internal static class ColdStartCommand
{
    private static readonly Option<int> Rounds = BenchOptions.Rounds(5);
    private static readonly Option<string?> Shape = new("--shape") { Description = "At the worker, on synthetic weights: tiny, 125m or 1.1b" };
    private static readonly Option<bool> NoShare = new("--no-share") { Description = "With --shape: also where each function's sandbox loads its own backbone" };
    private static readonly Option<bool> Prefix = new("--prefix") { Description = "At the worker: the first token of a function with a system prompt of 512 tokens, its sandbox gone, by where its keys and values are (--shape 125m if none is given)" };
    private static readonly Option<double> BlankAge = new("--blank-age") { Description = "With --shape: seconds from one start to the next, which is how long a blank sandbox has waited", DefaultValueFactory = _ => ColdBackboneBench.DefaultBlankAge.TotalSeconds };
    private static readonly Option<FileInfo?> Cluster = new("--cluster") { Description = "Also write the machine as measured to this file, for lorafaas simulate --cluster" };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("coldstart", "Measure time to first token, cold and warm") { Rounds, Shape, NoShare, Prefix, BlankAge, Cluster, Json };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var report = new ReportWriter("coldstart", TimeProvider.System);

            if (parse.GetValue(Prefix))
            {
                await new ColdPrefixBench(report, parse.GetValue(Shape) ?? "125m", parse.GetValue(Rounds)).RunAsync();
            }
            else if (parse.GetValue(Shape) is { } shape)
            {
                await new ColdBackboneBench(report, shape, parse.GetValue(NoShare), parse.GetValue(Rounds), TimeSpan.FromSeconds(parse.GetValue(BlankAge))).RunAsync();
            }
            else
            {
                var bench = new ColdStartBench(report, parse.GetValue(Rounds));
                await bench.RunAsync();

                if (parse.GetValue(Cluster) is { } file && bench.Measured is { } measured)
                {
                    await File.WriteAllBytesAsync(file.FullName, JsonSerializer.SerializeToUtf8Bytes(measured, SimulatorJson.Default.ClusterSpec), cancellationToken);
                }
            }

            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
