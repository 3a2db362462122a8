using System.CommandLine;
using System.Globalization;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>make-model</c>: a random checkpoint and adapters for it, the same for the same seed.</summary>
internal static class MakeModelCommand
{
    private static readonly Option<string[]> Shape = BenchOptions.Shapes("125m");
    private static readonly Option<DirectoryInfo> Out = new("--out") { Description = "The folder to fill", Required = true };
    private static readonly Option<int> Adapters = new("--adapters") { Description = "How many PEFT adapters, in adapters/0…" };
    private static readonly Option<string[]> Ranks = new("--ranks") { Description = "Their ranks in turn, for example 4,8,16", DefaultValueFactory = _ => ["16"] };
    private static readonly Option<int> Seed = new("--seed") { Description = "Of the random numbers", DefaultValueFactory = _ => 7 };

    public static Command Create()
    {
        var command = new Command("make-model", "Write a random Hugging Face checkpoint (Llama layout, bf16, std 0.02) and PEFT adapters") { Shape, Out, Adapters, Ranks, Seed };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parse)
    {
        var shape = NamedShape.Of(parse.GetValue(Shape)![0]);
        var folder = parse.GetValue(Out)!.FullName;
        var seed = parse.GetValue(Seed);
        var ranks = BenchOptions.Split(parse.GetValue(Ranks)).Select(rank => int.Parse(rank, CultureInfo.InvariantCulture)).ToArray();
        var shown = 0;

        CheckpointSynthesis.WriteBackbone(shape, folder, seed, (file, share) =>
        {
            if ((int)(share * 10) > shown)
            {
                shown = (int)(share * 10);
                ReportWriter.Say($"{file} {share:P0}");
            }
        });

        for (var i = 0; i < parse.GetValue(Adapters); i++)
        {
            var adapter = Path.Combine(folder, "adapters", i.ToString(CultureInfo.InvariantCulture));
            CheckpointSynthesis.WriteAdapter(shape, adapter, ranks[i % ranks.Length], seed + 1 + i);
            ReportWriter.Say($"{adapter}: rank {ranks[i % ranks.Length]}");
        }

        return 0;
    }
}
