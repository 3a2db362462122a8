using System.Globalization;
using LoraFaaS.Contracts.Units;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LoraFaaS.Cli.Overview;

/// <summary>A frame as people see it: a bar of memory for each worker, and the busiest functions.</summary>
internal static class FrameView
{
    private const int BarWidth = 40;
    private const char Filled = '█';
    private const char Empty = '░';

    /// <param name="most">At most this many functions.</param>
    public static IRenderable Of(Frame frame, int most) => new Rows(
        new Markup($"[grey]{frame.At.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}  {frame.Functions.Count} functions, {frame.Functions.Sum(one => one.PerSecond ?? 0).ToString("0.0", CultureInfo.InvariantCulture)} calls/s[/]"),
        Workers(frame.Workers),
        Functions(frame.Functions, most));

    private static Table Workers(IReadOnlyList<WorkerLoad> workers)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("worker", "state", "memory: [blue]backbones[/] [green]adapters[/] [yellow]keys and values[/]", "used", "sandboxes", "running", "queued");

        foreach (var worker in workers)
        {
            table.AddRow(
                Markup.Escape(worker.Id),
                worker.State == "ready" ? "[green]ready[/]" : $"[yellow]{Markup.Escape(worker.State)}[/]",
                Bar(worker),
                $"{new ByteSize(worker.Total - worker.Free)} of {new ByteSize(worker.Total)}",
                Number(worker.Sandboxes),
                Number(worker.Running),
                Number(worker.Queued));
        }

        return table;
    }

    private static string Bar(WorkerLoad worker)
    {
        int Cells(long bytes) => worker.Total <= 0 || bytes <= 0 ? 0 : Math.Max(1, (int)Math.Round((double)bytes / worker.Total * BarWidth));

        var (backbones, adapters, keyValue) = (Cells(worker.Backbones), Cells(worker.Adapters), Cells(worker.KeyValue));
        var free = Math.Max(0, BarWidth - backbones - adapters - keyValue);
        return $"[blue]{new string(Filled, backbones)}[/][green]{new string(Filled, adapters)}[/][yellow]{new string(Filled, keyValue)}[/][grey]{new string(Empty, free)}[/]";
    }

    private static Table Functions(IReadOnlyList<FunctionRate> functions, int most)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("function", "calls/s", "calls", "tier", "replicas");

        foreach (var function in functions.Take(most))
        {
            table.AddRow(
                Markup.Escape(function.Name),
                function.PerSecond?.ToString("0.0", CultureInfo.InvariantCulture) ?? "…",
                function.Calls.ToString("0", CultureInfo.InvariantCulture),
                Markup.Escape(function.Tier),
                string.Create(CultureInfo.InvariantCulture, $"{function.Available}/{function.Wanted}"));
        }

        return functions.Count > most ? table.Caption($"and {functions.Count - most} more") : table;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
