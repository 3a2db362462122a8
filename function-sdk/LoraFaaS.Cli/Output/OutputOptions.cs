using System.CommandLine;

namespace LoraFaaS.Cli.Output;

/// <summary>The options that say how much a verb prints and in what form. The same on every verb.</summary>
internal static class OutputOptions
{
    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print JSON on standard output",
        Recursive = true,
    };

    public static readonly Option<bool> Quiet = new("--quiet", "-q")
    {
        Description = "Print names and ids alone, one a line, and no progress",
        Recursive = true,
    };

    public static OutputForm FormOf(ParseResult parse) =>
        parse.GetValue(Json) ? OutputForm.Json : parse.GetValue(Quiet) ? OutputForm.Names : OutputForm.Table;

    /// <summary>Progress for people; what is asked for as JSON or quietly has none.</summary>
    public static StepLog Progress(ParseResult parse) => new(Terminal.Errors, silent: FormOf(parse) is not OutputForm.Table);
}
