using System.Globalization;
using System.Text.Json;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Policies.Forecasting.Lstm;
using Spectre.Console;

namespace LoraFaaS.Bench.Forecasting;

/// <summary>Learns the earlier part of each trace, scores the later one, and prints who was right.</summary>
internal sealed class ForecastBench(TraceFiles files, int seed, int mostSeries, double part, TimeProvider time)
{
    private const double MostMicroseconds = 50;
    private const int Functions = 1024;

    private readonly List<ForecastRow> _rows = [];
    private readonly List<ForecastComparison> _comparisons = [];
    private readonly List<BenchRow> _costs = [];
    private readonly double _loadBefore = MachineFacts.Load();

    /// <summary>The last network that was taught, for <c>--checkpoint</c>.</summary>
    public byte[]? Checkpoint { get; private set; }

    public void Run(string name)
    {
        if (files.Read(name, mostSeries)?.Until(part) is not { } set)
        {
            ReportWriter.Say($"{name}: its files are not there, left out");
            return;
        }

        ReportWriter.Say($"{name}: {set.Series.Count} functions, {set.Minutes} minutes: learned to {set.LearnEnd}, scored from {set.ScoreFrom}");
        var trainer = new LstmTrainer(LstmShape.Default, seed);
        var training = new NetworkTraining(set, trainer, new Random(seed));
        training.Run();
        Checkpoint = trainer.Checkpoint();

        var scoring = new TraceScoring(set, trainer.Freeze());
        var board = scoring.Run();
        var rows = new ForecastRows(set, board);
        _rows.AddRange(rows.Make());
        _comparisons.AddRange(rows.Compare());
        _costs.Add(BenchRow.Limit($"{name}: network, one function's step of {Functions}", scoring.NetworkCost(Functions, 20), "µs", MostMicroseconds));
        _costs.Add(BenchRow.Limit($"{name}: all predictors, gate and scores", scoring.PanelTime.TotalMicroseconds / scoring.PanelSteps, "µs", MostMicroseconds));
        _costs.Add(BenchRow.Limit($"{name}: learning, function-minutes a second", training.Learned / training.LearningTime.TotalSeconds, "1/s"));
        Print(set.Name);
    }

    public void Finish(FileInfo? json)
    {
        foreach (var cost in _costs)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cost.Case}: {cost.Figure:0.##} {cost.Unit} {cost.Target}"));
        }

        var judged = HolmCorrection.Judge(_comparisons);
        Print(judged);

        if (json is null)
        {
            return;
        }

        var report = new ForecastReport
        {
            At = time.GetUtcNow(), Machine = MachineFacts.Read(), LoadBefore = _loadBefore, LoadAfter = MachineFacts.Load(), Seed = seed, Costs = _costs, Rows = _rows, Comparisons = judged,
        };
        json.Directory?.Create();
        File.WriteAllBytes(json.FullName, JsonSerializer.SerializeToUtf8Bytes(report, BenchJson.Default.ForecastReport));
    }

    /// <summary>How many verdicts of each kind, and every comparison in which the gate is behind and would be surely so if it were the only one.</summary>
    private static void Print(IReadOnlyList<ForecastComparison> judged)
    {
        var counts = judged.Where(comparison => comparison.Verdict.Length > 0).CountBy(comparison => comparison.Verdict).Select(pair => $"{pair.Value} {pair.Key}");
        Console.WriteLine($"gate against the best single predictor of each class, horizon and score, all judged together: {string.Join(", ", counts)}");

        foreach (var behind in judged.Where(comparison => comparison is { Difference: < 0, P: < 0.05, Verdict.Length: > 0 }))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  behind: {behind.Trace} {behind.Class} ({behind.Functions}) {behind.Horizon} {behind.Score} {behind.Gate:0.0e+0}, {behind.Best} less by {-behind.Difference:0.0e+0}; p {behind.P:0.0000} alone, {behind.Adjusted:0.000} together"));
        }
    }

    private void Print(string name)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = 200;
        var table = new Table().Title(name);

        foreach (var column in new[] { "class", "horizon", "predictor", "base", "acc", "prec", "recall", "balanced", "bal.½", "Brier [95 %]", "over gate", "log pinball [95 %]", "over gate", "wQL", "calib." })
        {
            table.AddColumn(Markup.Escape(column));
        }

        foreach (var group in _rows.Where(row => row.Trace == name).GroupBy(row => (row.Class, row.Horizon)))
        {
            foreach (var row in group)
            {
                table.AddRow(
                    row.Class, row.Horizon, row.Predictor, Share(row.BaseRate), Share(row.Accuracy), Share(row.Precision), Share(row.Recall), Share(row.BalancedAccuracy),
                    Share(row.BalancedAccuracyAtHalf), Text(row.Brier), Mark(row, row.BrierOverGate), Text(row.LogPinball), Mark(row, row.LogPinballOverGate),
                    Loss(row.WeightedPinball), Loss(row.CalibrationError));
            }

            table.AddEmptyRow();
        }

        console.Write(table);
    }

    private static string Share(double value) => double.IsNaN(value) ? "" : value.ToString("P1", CultureInfo.InvariantCulture);

    private static string Loss(double value) => double.IsNaN(value) ? "" : value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Text(Interval value) =>
        double.IsNaN(value.Mean) ? "" : string.Create(CultureInfo.InvariantCulture, $"{value.Mean:0.0000} {value.Low:0.0000}–{value.High:0.0000}");

    /// <summary>Drawing again from so few functions says nothing: two that agree are always "sure".</summary>
    private const int LeastFunctions = 10;

    /// <summary>Plus: the gate is surely better than this one; minus: surely worse.</summary>
    private static string Mark(ForecastRow row, Interval over) => row.Predictor == "Gate" || double.IsNaN(over.Mean) || row.Functions < LeastFunctions
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{over.Mean:+0.0000;-0.0000;0} {(over.Low > 0 ? "+" : over.High < 0 ? "−" : "=")}");
}
