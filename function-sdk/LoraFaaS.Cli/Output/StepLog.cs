using System.Globalization;
using Spectre.Console;

namespace LoraFaaS.Cli.Output;

/// <summary>Lines that say what is done and how long it took, on standard error so that standard output stays data.</summary>
internal sealed class StepLog(IAnsiConsole console, bool silent = false)
{
    private readonly Lock _gate = new();

    /// <summary>Only warnings are written.</summary>
    public bool Silent => silent;

    public void Step(string subject, string what) => Line("[grey]…[/]", subject, what, null);

    public void Done(string subject, string what, TimeSpan? took = null) => Line("[green]✓[/]", subject, what, took);

    public void Warn(string what)
    {
        lock (_gate)
        {
            console.MarkupLineInterpolated($"[yellow]![/] {what}");
        }
    }

    private void Line(string mark, string subject, string what, TimeSpan? took)
    {
        if (silent)
        {
            return;
        }

        var time = took is { } span
            ? string.Create(CultureInfo.InvariantCulture, $" [grey]({(span.TotalSeconds >= 1 ? $"{span.TotalSeconds:0.0} s" : $"{span.TotalMilliseconds:0} ms")})[/]")
            : "";

        lock (_gate)
        {
            console.MarkupLine($"{mark} {Markup.Escape(subject),-12} {Markup.Escape(what)}{time}");
        }
    }
}
