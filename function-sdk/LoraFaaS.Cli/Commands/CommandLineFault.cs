using System.CommandLine;
using System.CommandLine.Parsing;
using LoraFaaS.Cli.Output;

namespace LoraFaaS.Cli.Commands;

/// <summary>What is wrong with a command line, in one line that says where to look: a page of help would push the reason off the screen.</summary>
internal static class CommandLineFault
{
    /// <param name="parse">A result with errors.</param>
    public static string Describe(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        var path = PathOf(parse.CommandResult);
        var stranger = parse.UnmatchedTokens is [var first, ..] ? first : null;
        var near = stranger is null ? null : Spelling.Nearest(stranger, KnownTo(command, stranger));
        var meant = near is null ? "" : $" Did you mean {near}?";

        if (stranger is not null && command.Subcommands.Count > 0)
        {
            return $"{path} has no verb {stranger}.{meant} `{path} --help` lists them.";
        }

        return stranger is not null
            ? $"{path} takes no {stranger}.{meant} `{path} --help` shows what it takes."
            : $"{parse.Errors[0].Message.TrimEnd('.')}. `{path} --help` shows what it takes.";
    }

    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "lorafaas";

    private static string[] KnownTo(Command command, string stranger) =>
        stranger.StartsWith('-')
            ? [.. command.Options.SelectMany(option => option.Aliases.Append(option.Name)).Where(name => name.StartsWith("--", StringComparison.Ordinal))]
            : [.. command.Subcommands.SelectMany(verb => verb.Aliases.Append(verb.Name))];
}
