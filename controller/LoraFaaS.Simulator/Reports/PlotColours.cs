namespace LoraFaaS.Simulator.Reports;

/// <summary>One for each system, the same in every plot; readable on white and on black.</summary>
internal static class PlotColours
{
    private static readonly string[] All = ["#3b82f6", "#ef4444", "#16a34a", "#a855f7", "#ea580c", "#0891b2", "#78716c", "#ca8a04", "#db2777", "#65a30d", "#6366f1", "#0d9488"];

    public static string Of(int system) => All[system % All.Length];

    /// <summary>Systems that share a colour differ in their dashes.</summary>
    public static string DashesOf(int system) => (system / All.Length) switch { 0 => "none", 1 => "6 3", _ => "2 3" };
}
