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
            : $"{Missing(parse, path) ?? OneLine(parse.Errors[0].Message)}. `{path} --help` shows what it takes.";
    }

    /// <summary>What the command cannot do without and was not given.</summary>
    private static string? Missing(ParseResult parse, string path)
    {
        var command = parse.CommandResult.Command;
        var missing = command.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues > 0 && parse.GetResult(argument) is null or { Tokens.Count: 0 }).Select(argument => $"<{argument.Name}>")
            .Concat(command.Options.Where(option => option.Required && parse.GetResult(option) is null or { Implicit: true }).Select(option => option.Name))
            .ToList();

        return missing.Count == 0 ? null : $"{path} needs {string.Join(' ', missing)}";
    }

    /// <summary>A choice comes as a list, one a line.</summary>
    private static string OneLine(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', [lines[0], string.Join(", ", lines[1..])]).TrimEnd(' ', '.');
    }

    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "lorafaas";

    private static string[] KnownTo(Command command, string stranger) =>
        stranger.StartsWith('-')
            ? [.. command.Options.SelectMany(option => option.Aliases.Append(option.Name)).Where(name => name.StartsWith("--", StringComparison.Ordinal))]
            : [.. command.Subcommands.SelectMany(verb => verb.Aliases.Append(verb.Name))];
}
