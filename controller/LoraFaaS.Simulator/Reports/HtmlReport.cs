using System.Globalization;
using System.Net;
using System.Text;

namespace LoraFaaS.Simulator.Reports;

/// <summary>One page with the table and plots of several runs: no script, no file beside it.</summary>
public static class HtmlReport
{
    private const int Width = 640;
    private const int Height = 280;
    private const int Margin = 48;

    private static readonly string[] Colours = ["#2563eb", "#dc2626", "#16a34a", "#9333ea", "#ea580c", "#0891b2", "#4b5563", "#ca8a04", "#db2777", "#65a30d", "#1e293b", "#7c3aed"];

    public static string Write(IReadOnlyList<RunReport> runs)
    {
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>lorafaas simulate</title>");
        html.Append("<style>body{font:14px system-ui,sans-serif;margin:2rem;max-width:75rem}table{border-collapse:collapse}td,th{padding:.3rem .7rem;border-bottom:1px solid #8884;text-align:right}");
        html.Append("td:first-child,th:first-child{text-align:left}svg{margin:1rem 1rem 1rem 0}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}text{fill:#eee}}</style>");

        if (runs.Count > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<h1>{Text(runs[0].Trace)} on {Text(runs[0].Cluster)}</h1><p>{runs[0].Calls} calls counted.</p>");
        }

        Table(html, runs);
        Curves(html, runs);
        Bars(html, runs, "Cold starts, share of calls", run => run.ColdAdapter + run.ColdProcess + run.ColdBackbone);
        Bars(html, runs, "Cost, dollars", run => run.Cost);
        Bars(html, runs, "Of it device memory that only waits, dollars", run => run.CostIdle);
        Bars(html, runs, "Device memory held, share of all", run => run.MemoryHeld);
        Bars(html, runs, "First token later than asked, share of calls", run => run.SloMisses);
        return html.Append("</html>").ToString();
    }

    private static void Table(StringBuilder html, IReadOnlyList<RunReport> runs)
    {
        html.Append("<table><tr><th>system<th>TTFT mean<th>p50<th>p95<th>p99 ms<th>E2E mean ms<th>TPOT ms<th>cold adapter<th>process<th>backbone<th>found: remote, disk, host, device<th>SLO misses<th>in time/s<th>tokens/s<th>cost $<th>memory<th>backbones</tr>");

        foreach (var run in runs)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(run.System)}<td>{run.TtftMs.Mean:0}<td>{run.TtftMs.P50:0}<td>{run.TtftMs.P95:0}<td>{run.TtftMs.P99:0}<td>{run.E2EMs.Mean:0}<td>{run.TpotMs.Mean:0.0}");
            html.Append(CultureInfo.InvariantCulture, $"<td>{run.ColdAdapter:P1}<td>{run.ColdProcess:P1}<td>{run.ColdBackbone:P1}<td>{string.Join(" · ", run.FoundAt.Select(share => share.ToString("P0", CultureInfo.InvariantCulture)))}<td>{run.SloMisses:P1}<td>{run.GoodPerSecond:0.00}<td>{run.TokensPerSecond:0}<td>{run.Cost:0.000}<td>{run.MemoryHeld:P1}<td>{run.Redundancy:0.00}×</tr>");
        }

        html.Append("</table>");
    }

    /// <summary>Share of calls (up) whose first token came by a time (along, logarithmic).</summary>
    private static void Curves(StringBuilder html, IReadOnlyList<RunReport> runs)
    {
        var shown = runs.Where(run => run.TtftCurve.Length > 0).ToArray();

        if (shown.Length == 0)
        {
            return;
        }

        var least = Math.Log10(Math.Max(1, shown.Min(run => run.TtftCurve[0])));
        var most = Math.Max(least + 0.5, Math.Log10(Math.Max(2, shown.Max(run => run.TtftCurve[^1]))));
        Open(html, "Time to first token: share of calls by milliseconds");

        for (var decade = (int)Math.Ceiling(least); decade <= most; decade++)
        {
            var x = X((decade - least) / (most - least));
            html.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:0.#}\" x2=\"{x:0.#}\" y1=\"{Margin}\" y2=\"{Height - Margin}\" stroke=\"#8884\"/><text x=\"{x:0.#}\" y=\"{Height - Margin + 16}\" font-size=\"11\" text-anchor=\"middle\">{Math.Pow(10, decade):0}</text>");
        }

        for (var index = 0; index < shown.Length; index++)
        {
            var curve = shown[index].TtftCurve;
            html.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke-width=\"1.8\" stroke=\"{Colours[index % Colours.Length]}\" points=\"");

            for (var point = 0; point < curve.Length; point++)
            {
                var x = X((Math.Log10(Math.Max(1, curve[point])) - least) / (most - least));
                html.Append(CultureInfo.InvariantCulture, $"{x:0.#},{Height - Margin - ((Height - (2 * Margin)) * point / (curve.Length - 1.0)):0.#} ");
            }

            html.Append(CultureInfo.InvariantCulture, $"\"/><text x=\"{Width + 8}\" y=\"{Margin + (16 * index)}\" font-size=\"12\" style=\"fill:{Colours[index % Colours.Length]}\">{Text(shown[index].System)}</text>");
        }

        html.Append("</svg>");
    }

    private static void Bars(StringBuilder html, IReadOnlyList<RunReport> runs, string title, Func<RunReport, double> figure)
    {
        Open(html, title);
        var most = Math.Max(1e-9, runs.Select(figure).DefaultIfEmpty(0).Max());
        var step = (Height - (2.0 * Margin)) / Math.Max(1, runs.Count);

        for (var index = 0; index < runs.Count; index++)
        {
            var value = figure(runs[index]);
            var y = Margin + (index * step);
            html.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Margin + 90}\" y=\"{y:0.#}\" width=\"{(Width - 90 - (2 * Margin)) * value / most:0.#}\" height=\"{step * 0.7:0.#}\" fill=\"{Colours[index % Colours.Length]}\"/>");
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"{Margin + 84}\" y=\"{y + (step * 0.6):0.#}\" font-size=\"11\" text-anchor=\"end\">{Text(runs[index].System)}</text><text x=\"{Margin + 96 + ((Width - 90 - (2 * Margin)) * value / most):0.#}\" y=\"{y + (step * 0.6):0.#}\" font-size=\"11\">{value:0.###}</text>");
        }

        html.Append("</svg>");
    }

    private static void Open(StringBuilder html, string title) => html.Append(CultureInfo.InvariantCulture,
        $"<svg role=\"img\" aria-label=\"{Text(title)}\" width=\"{Width + 160}\" height=\"{Height}\" viewBox=\"0 0 {Width + 160} {Height}\"><text x=\"{Margin}\" y=\"24\" font-size=\"14\" font-weight=\"600\">{Text(title)}</text>");

    private static double X(double share) => Margin + ((Width - (2 * Margin)) * share);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
