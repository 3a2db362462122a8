using System.Globalization;
using System.Net;
using System.Text;

namespace LoraFaaS.Simulator.Reports;

/// <summary>One page with the tables and plots of several runs: no script, no file beside it.</summary>
public static class HtmlReport
{
    private const string Style =
        """
        body{font:14px system-ui,sans-serif;margin:2rem;max-width:80rem}h1{font-size:1.4rem}h2{font-size:1.05rem;margin:2rem 0 .5rem}
        .wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
        td,th{padding:.25rem .6rem;border-bottom:1px solid #8884;text-align:right;white-space:nowrap}th{font-weight:600}
        td:first-child,th:first-child{text-align:left}th[colspan]{text-align:center}.first{border-left:1px solid #8884}
        .plots{display:flex;flex-wrap:wrap;gap:1.5rem 2rem}text{fill:currentColor}
        @media(prefers-color-scheme:dark){body{background:#111;color:#eee}}
        """;

    public static string Write(IReadOnlyList<RunReport> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>lorafaas simulate</title><style>").Append(Style).Append("</style>");

        if (runs.Count > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<h1>{Text(runs[0].Trace)} on {Text(runs[0].Cluster)}</h1><p>{runs[0].Calls:N0} calls counted.</p>");
        }

        Times(html, runs);

        foreach (var missing in runs.Select(run => run.Missing()).OfType<string>())
        {
            html.Append("<p>").Append(Text(missing)).Append("</p>");
        }

        Rest(html, runs);
        html.Append("<h2>Plots</h2>");
        CurvePlot.Write(html, runs);
        html.Append("<div class=\"plots\">");
        BarPlot.Write(html, runs, "Cold starts, share of calls", run => run.ColdAdapter + run.ColdProcess + run.ColdBackbone, "P1");
        BarPlot.Write(html, runs, "First token later than asked, share of calls", run => run.SloMisses, "P1");
        BarPlot.Write(html, runs, "Cost, dollars", run => run.Cost, "0.000");
        BarPlot.Write(html, runs, "Of it device memory that only waits, dollars", run => run.CostIdle, "0.000");
        BarPlot.Write(html, runs, "Device memory held, share of all", run => run.MemoryHeld, "P1");
        BarPlot.Write(html, runs, "Copies of backbones held, over one of each", run => run.Redundancy, "0.00");
        return html.Append("</div></html>").ToString();
    }

    internal static string Text(string text) => WebUtility.HtmlEncode(text);

    private static void Times(StringBuilder html, IReadOnlyList<RunReport> runs)
    {
        html.Append("<h2>Times, milliseconds</h2><div class=\"wide\"><table><tr><th><th colspan=\"4\" class=\"first\">first token (TTFT)<th colspan=\"4\" class=\"first\">whole answer (E2E)<th colspan=\"4\" class=\"first\">between tokens (TPOT)</tr><tr><th>system");

        for (var group = 0; group < 3; group++)
        {
            html.Append("<th class=\"first\">mean<th>p50<th>p95<th>p99");
        }

        html.Append("</tr>");

        foreach (var run in runs)
        {
            html.Append("<tr><td>").Append(Text(run.System));
            Four(html, run.TtftMs, "0");
            Four(html, run.E2EMs, "0");
            Four(html, run.TpotMs, "0.0");
            html.Append("</tr>");
        }

        html.Append("</table></div>");
    }

    private static void Four(StringBuilder html, Spread spread, string format)
    {
        var culture = CultureInfo.InvariantCulture;
        html.Append("<td class=\"first\">").Append(spread.Mean.ToString(format, culture));

        foreach (var value in (double[])[spread.P50, spread.P95, spread.P99])
        {
            html.Append("<td>").Append(value.ToString(format, culture));
        }
    }

    private static void Rest(StringBuilder html, IReadOnlyList<RunReport> runs)
    {
        html.Append("<h2>Cold starts, promises, cost</h2><div class=\"wide\"><table><tr><th><th colspan=\"3\" class=\"first\">calls that waited for<th colspan=\"4\" class=\"first\">adapter found at<th colspan=\"3\" class=\"first\">throughput<th colspan=\"3\" class=\"first\">what it took</tr>");
        html.Append("<tr><th>system<th class=\"first\">adapter<th>process<th>backbone<th class=\"first\">store<th>disk<th>host<th>device<th class=\"first\">SLO missed<th>in time/s<th>tokens/s<th class=\"first\">cost, $<th>memory<th>backbones</tr>");

        foreach (var run in runs)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(run.System)}<td class=\"first\">{run.ColdAdapter:P1}<td>{run.ColdProcess:P1}<td>{run.ColdBackbone:P1}");
            html.Append(CultureInfo.InvariantCulture, $"<td class=\"first\">{run.FoundAt[0]:P0}<td>{run.FoundAt[1]:P0}<td>{run.FoundAt[2]:P0}<td>{run.FoundAt[3]:P0}");
            html.Append(CultureInfo.InvariantCulture, $"<td class=\"first\">{run.SloMisses:P1}<td>{run.GoodPerSecond:0.00}<td>{run.TokensPerSecond:0}<td class=\"first\">{run.Cost:0.000}<td>{run.MemoryHeld:P1}<td>{run.Redundancy:0.00}×</tr>");
        }

        html.Append("</table></div>");
    }
}
