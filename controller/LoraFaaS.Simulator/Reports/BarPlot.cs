using System.Globalization;
using System.Text;

namespace LoraFaaS.Simulator.Reports;

/// <summary>One figure of all systems as bars that lie, as SVG.</summary>
internal static class BarPlot
{
    private const int Width = 600;
    private const int Names = 150;
    private const int Figures = 80;
    private const int Top = 34;
    private const int Row = 20;

    /// <param name="html">Written to.</param>
    /// <param name="runs">A bar each.</param>
    /// <param name="title">With its unit.</param>
    /// <param name="figure">Not below zero.</param>
    /// <param name="format">Of the figure beside its bar.</param>
    public static void Write(StringBuilder html, IReadOnlyList<RunReport> runs, string title, Func<RunReport, double> figure, string format)
    {
        var height = Top + (Row * runs.Count) + 6;
        var most = Math.Max(1e-9, runs.Select(figure).DefaultIfEmpty(0).Max());
        html.Append(CultureInfo.InvariantCulture, $"<svg role=\"img\" aria-label=\"{HtmlReport.Text(title)}\" width=\"{Width}\" height=\"{height}\" viewBox=\"0 0 {Width} {height}\"><text x=\"0\" y=\"18\" font-size=\"14\" font-weight=\"600\">{HtmlReport.Text(title)}</text>");

        for (var index = 0; index < runs.Count; index++)
        {
            var value = figure(runs[index]);
            var length = (Width - Names - Figures) * value / most;
            var y = Top + (index * Row);
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"{Names - 8}\" y=\"{y + 11}\" font-size=\"12\" text-anchor=\"end\">{HtmlReport.Text(runs[index].System)}</text>");
            html.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Names}\" y=\"{y}\" width=\"{length:0.#}\" height=\"14\" fill=\"{PlotColours.Of(index)}\"/>");
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"{Names + 6 + length:0.#}\" y=\"{y + 11}\" font-size=\"12\">{value.ToString(format, CultureInfo.InvariantCulture)}</text>");
        }

        html.Append("</svg>");
    }
}
