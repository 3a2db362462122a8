using System.Globalization;
using System.Text;

namespace LoraFaaS.Simulator.Reports;

/// <summary>Share of calls (up) whose first token came by a time (along, logarithmic), as SVG.</summary>
internal static class CurvePlot
{
    private const int Width = 1_000;
    private const int Height = 380;
    private const int Left = 56;
    private const int Right = 210;
    private const int Top = 36;
    private const int Bottom = 48;
    private const int Entry = 20;

    private static readonly double[] Steps = [1, 2, 5];

    public static void Write(StringBuilder html, IReadOnlyList<RunReport> runs)
    {
        var shown = runs.Select((run, index) => (Run: run, Index: index)).Where(pair => pair.Run.TtftCurve.Length > 0).ToArray();

        if (shown.Length == 0)
        {
            return;
        }

        var least = Math.Log10(Math.Max(1, shown.Min(pair => pair.Run.TtftCurve[0])));
        var most = Math.Max(least + 0.5, Math.Log10(Math.Max(2, shown.Max(pair => pair.Run.TtftCurve[^1]))));

        // The names of many systems may be taller than the plot.
        var height = Math.Max(Height, Top + (Entry * shown.Length) + 8);
        html.Append(CultureInfo.InvariantCulture, $"<svg role=\"img\" aria-label=\"Time to first token\" width=\"{Width}\" height=\"{height}\" viewBox=\"0 0 {Width} {height}\"><text x=\"0\" y=\"18\" font-size=\"14\" font-weight=\"600\">Time to first token: share of calls that have had it by then</text>");
        Axes(html, least, most);

        for (var place = 0; place < shown.Length; place++)
        {
            Curve(html, shown[place].Run, shown[place].Index, place, least, most);
        }

        html.Append("</svg>");
    }

    private static void Axes(StringBuilder html, double least, double most)
    {
        for (var quarter = 0; quarter <= 4; quarter++)
        {
            var y = Y(quarter / 4.0);
            html.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\" stroke=\"#8884\"/><text x=\"{Left - 8}\" y=\"{y + 4:0.#}\" font-size=\"12\" text-anchor=\"end\">{25 * quarter} %</text>");
        }

        for (var decade = (int)Math.Floor(least); decade <= most; decade++)
        {
            foreach (var step in Steps)
            {
                var at = decade + Math.Log10(step);

                if (at >= least && at <= most)
                {
                    var x = X((at - least) / (most - least));
                    html.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x:0.#}\" x2=\"{x:0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom}\" stroke=\"#8883\"/><text x=\"{x:0.#}\" y=\"{Height - Bottom + 18}\" font-size=\"12\" text-anchor=\"middle\">{Time(Math.Pow(10, at))}</text>");
                }
            }
        }
    }

    private static void Curve(StringBuilder html, RunReport run, int system, int place, double least, double most)
    {
        var stroke = FormattableString.Invariant($"stroke=\"{PlotColours.Of(system)}\" stroke-dasharray=\"{PlotColours.DashesOf(system)}\"");
        var curve = run.TtftCurve;
        html.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke-width=\"2\" {stroke} points=\"");

        for (var point = 0; point < curve.Length; point++)
        {
            html.Append(CultureInfo.InvariantCulture, $"{X((Math.Log10(Math.Max(1, curve[point])) - least) / (most - least)):0.#},{Y(point / (curve.Length - 1.0)):0.#} ");
        }

        var y = Top + 8 + (Entry * place);
        html.Append(CultureInfo.InvariantCulture, $"\"/><line x1=\"{Width - Right + 16}\" x2=\"{Width - Right + 38}\" y1=\"{y}\" y2=\"{y}\" stroke-width=\"3\" {stroke}/><text x=\"{Width - Right + 44}\" y=\"{y + 4}\" font-size=\"12\">{HtmlReport.Text(run.System)}</text>");
    }

    private static string Time(double ms) => ms < 1_000 ? FormattableString.Invariant($"{ms:0} ms") : FormattableString.Invariant($"{ms / 1_000:0.#} s");

    private static double X(double share) => Left + ((Width - Left - Right) * share);

    private static double Y(double share) => Height - Bottom - ((Height - Top - Bottom) * share);
}
