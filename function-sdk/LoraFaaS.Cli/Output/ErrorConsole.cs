using Spectre.Console;

namespace LoraFaaS.Cli.Output;

/// <summary>Standard error: colours and wrapping on a terminal, plain whole lines in a file or pipe.</summary>
internal static class ErrorConsole
{
    public static readonly IAnsiConsole Instance = Create();

    private static IAnsiConsole Create()
    {
        var redirected = Console.IsErrorRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(Console.Error),
        });

        if (redirected)
        {
            console.Profile.Width = 4096;
        }

        return console;
    }
}
