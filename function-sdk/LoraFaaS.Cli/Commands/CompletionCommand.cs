using System.CommandLine;
using LoraFaaS.Cli.Completion;

namespace LoraFaaS.Cli.Commands;

/// <summary><c>lorafaas completion bash|zsh|fish</c>.</summary>
internal static class CompletionCommand
{
    private static readonly Argument<string> Shell = CreateShell();

    public static Command Create()
    {
        var command = new Command("completion", "Print a shell's completion script; for bash: source <(lorafaas completion bash)") { Shell };
        command.SetAction(parse =>
        {
            Console.WriteLine(CompletionScripts.For(parse.GetValue(Shell)!));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Argument<string> CreateShell()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong([.. CompletionScripts.Shells]);
        return shell;
    }
}
