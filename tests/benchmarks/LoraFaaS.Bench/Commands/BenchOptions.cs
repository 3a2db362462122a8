using System.CommandLine;
using LoraFaaS.Bench.Synthesis;

namespace LoraFaaS.Bench.Commands;

/// <summary>Options that several verbs share.</summary>
internal static class BenchOptions
{
    public static Option<FileInfo?> Json() => new("--json") { Description = "Also write the rows to this file" };

    public static Option<int> Rounds(int usual) => new("--rounds") { Description = "Turns of which the median is reported", DefaultValueFactory = _ => usual };

    public static Option<string[]> Shapes(params string[] usual)
    {
        var shapes = new Option<string[]>("--shape") { Description = "tiny, 125m or 1.1b", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => usual };
        shapes.AcceptOnlyFromAmong([.. NamedShape.All.Select(shape => shape.Name)]);
        return shapes;
    }

    /// <summary>Comma-separated, several times, or both.</summary>
    public static IEnumerable<string> Split(IEnumerable<string>? values) =>
        (values ?? []).SelectMany(value => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
