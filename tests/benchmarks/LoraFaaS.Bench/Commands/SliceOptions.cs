using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using LoraFaaS.Bench.Papers;
using LoraFaaS.Simulator.Traces;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Commands;

/// <summary>Which traces, and which slices of them, the simulated comparisons are made on.</summary>
internal sealed class SliceOptions
{
    private readonly Option<int> _slices = new("--slices") { Description = "How many of each class", DefaultValueFactory = _ => TraceSlices.Slices };
    private readonly Option<int> _first = new("--first") { Description = "Number of the first slice, and seed of the first generated trace: other numbers, other stretches, functions and arrivals" };
    private readonly Option<DirectoryInfo?> _traces = Traces();

    /// <summary>The folder of another set of traces.</summary>
    public static Option<DirectoryInfo?> Traces() => new("--traces") { Description = "A folder with files of the same names; tests/data/traces unless said" };

    /// <summary>What was said, or what is shipped.</summary>
    public static string FolderOf(DirectoryInfo? said) => said?.FullName ?? RepositoryRoot.Of("tests", "data", "traces");

    public void AddTo(Command command)
    {
        _slices.Validators.Add(result => Require(result, 1));
        _first.Validators.Add(result => Require(result, 0));
        command.Options.Add(_slices);
        command.Options.Add(_first);
        command.Options.Add(_traces);
    }

    /// <summary>Runs what is made of the slices.</summary>
    /// <returns>The exit code.</returns>
    public int Run(ParseResult parse, Action<SliceRuns> run) =>
        WrongInput.Guard(() => run(new SliceRuns(FolderOf(parse.GetValue(_traces)), parse.GetValue(_slices), parse.GetValue(_first))));

    /// <summary>What is no number at all is said by the parser.</summary>
    private static void Require(OptionResult result, int least)
    {
        if (result.Tokens is [var said] && int.TryParse(said.Value, CultureInfo.InvariantCulture, out var number) && number < least)
        {
            result.AddError($"{result.Option.Name} is at least {least}.");
        }
    }
}
