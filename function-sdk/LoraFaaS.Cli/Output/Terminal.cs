using Spectre.Console;

namespace LoraFaaS.Cli.Output;

/// <summary>Standard output and standard error: colours and wrapping on a terminal, plain whole lines in a file or pipe.</summary>
internal static class Terminal
{
    private const int UnwrappedWidth = 4096;

    /// <summary>Tables in a file or pipe are this wide at most, so that they stay readable.</summary>
    private const int TableWidth = 160;

    public static readonly IAnsiConsole Output = Create(Console.Out, Console.IsOutputRedirected, TableWidth);

    public static readonly IAnsiConsole Errors = Create(Console.Error, Console.IsErrorRedirected, UnwrappedWidth);

    private static IAnsiConsole Create(TextWriter writer, bool redirected, int width)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = redirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
            Out = new AnsiConsoleOutput(writer),
        });

        if (redirected)
        {
            console.Profile.Width = width;
        }

        return console;
    }
}
