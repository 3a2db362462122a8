using System.CommandLine;
using LoraFaaS.Bench.Forecasting;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>forecast</c>: who knows best what will be called, on real traces.</summary>
internal static class ForecastCommand
{
    private static readonly Option<string[]> Sets = new("--sets") { Description = "Of azure-day,azure-8h,servegen,gentd", DefaultValueFactory = _ => ["azure-day,azure-8h,servegen"] };
    private static readonly Option<DirectoryInfo?> Traces = SliceOptions.Traces();
    private static readonly Option<int> Most = new("--most") { Description = "Functions of each trace at most", DefaultValueFactory = _ => int.MaxValue };
    private static readonly Option<int> Seed = new("--seed") { Description = "Of the network's start and the order it learns in", DefaultValueFactory = _ => 1 };
    private static readonly Option<double> Part = new("--part") { Description = "Of each trace only this share from its start; 0.66 leaves out all that is scored else", DefaultValueFactory = _ => 1 };
    private static readonly Option<FileInfo?> Checkpoint = new("--checkpoint") { Description = "Where the last trained network goes" };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("forecast", "Score every predictor and the gate on real traces") { Sets, Traces, Most, Seed, Part, Checkpoint, Json };
        command.SetAction(parse => WrongInput.Guard(() => Run(parse)));
        return command;
    }

    private static void Run(ParseResult parse)
    {
        var folder = SliceOptions.FolderOf(parse.GetValue(Traces));
        var bench = new ForecastBench(new TraceFiles(folder), parse.GetValue(Seed), parse.GetValue(Most), parse.GetValue(Part), TimeProvider.System);

        foreach (var set in BenchOptions.Split(parse.GetValue(Sets)))
        {
            bench.Run(set);
        }

        bench.Finish(parse.GetValue(Json));

        if (parse.GetValue(Checkpoint) is { } file && bench.Checkpoint is { } checkpoint)
        {
            File.WriteAllBytes(file.FullName, checkpoint);
        }
    }
}
