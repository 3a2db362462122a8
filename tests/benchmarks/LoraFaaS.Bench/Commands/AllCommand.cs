using System.CommandLine;
using LoraFaaS.Bench.Inference;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>all</c>: every verb in turn, with its usual options and a JSON file each; what the README's tables are taken from.</summary>
internal static class AllCommand
{
    private static readonly Option<DirectoryInfo> Out = new("--out")
    {
        Description = "Where the JSON files go", DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(SyntheticModels.DefaultRoot, "results")),
    };

    public static Command Create(params Command[] verbs)
    {
        var command = new Command("all", "Run every benchmark in turn; twenty minutes on two quiet cores") { Out };
        command.SetAction(async (parse, stopping) =>
        {
            var code = 0;
            foreach (var verb in verbs)
            {
                var json = Path.Combine(parse.GetValue(Out)!.FullName, verb.Name + ".json");
                code = Math.Max(code, await verb.Parse(["--json", json]).InvokeAsync(cancellationToken: stopping));
            }

            return code;
        });
        return command;
    }
}
