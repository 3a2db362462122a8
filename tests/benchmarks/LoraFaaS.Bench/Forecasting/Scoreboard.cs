using LoraFaaS.Policies.Forecasting;

namespace LoraFaaS.Bench.Forecasting;

/// <summary>What every predictor, and the gate after them, said of every function against what came.</summary>
internal sealed class Scoreboard
{
    public static readonly string[] Columns = [.. Enum.GetNames<PredictorKind>(), "Gate"];
    public static readonly ScoredHorizon[] Horizons = Enum.GetValues<ScoredHorizon>();

    /// <summary>
    /// Functions with fewer than three calls before anything is scored. The traces call "insufficient" who has fewer than three in the whole trace, which is chosen by
    /// what is to be forecast: whoever says that nothing comes is right there.
    /// </summary>
    private const string Few = "few so far";

    private const string All = "all";
    private const int Enough = 3;
    private static readonly int[] Lengths = [0, 0, 1, 5, 15];

    private readonly TraceSet _set;
    private readonly ScoreSums[][] _sums;
    private readonly Dictionary<string, double[]> _baseRates;
    private readonly Dictionary<string, CalibrationBins[]> _bins;
    private readonly int[] _cells = new int[CellSplit.Cells];
    private readonly bool[] _few;

    public Scoreboard(TraceSet set)
    {
        _set = set;
        _sums = [.. set.Series.Select(_ => new ScoreSums[Columns.Length * Horizons.Length])];
        _few = [.. set.Series.Select(series => series.CallsOf(0, set.ScoreFrom, set.Minutes) < Enough)];
        Classes = [.. set.Series.Select(series => series.Class).Distinct().Order(StringComparer.Ordinal), .. _few.Contains(true) ? new[] { Few } : [], All];
        _bins = Classes.ToDictionary(name => name, _ => Enumerable.Range(0, Columns.Length * Horizons.Length).Select(_ => new CalibrationBins()).ToArray());
        _baseRates = Classes.ToDictionary(name => name, BaseRates);
    }

    public IReadOnlyList<string> Classes { get; }

    public static int Gate => Columns.Length - 1;

    public IEnumerable<int> Members(string name) => Enumerable.Range(0, _set.Series.Count).Where(i => name == All || (name == Few ? _few[i] : _set.Series[i].Class == name));

    public ref readonly ScoreSums Sums(int function, int column, ScoredHorizon horizon) => ref _sums[function][column * Horizons.Length + (int)horizon];

    public CalibrationBins Calibration(string name, int column, ScoredHorizon horizon) => _bins[name][column * Horizons.Length + (int)horizon];

    /// <summary>Share of spans with a call in the part that was learned from: the threshold of the balanced decision.</summary>
    public double BaseRate(string name, ScoredHorizon horizon) => _baseRates[name][(int)horizon];

    /// <summary>What was said when <paramref name="minute"/> minutes had passed.</summary>
    public void Add(int function, int minute, ReadOnlySpan<CallForecast> candidates, CallForecast chosen)
    {
        var series = _set.Series[function];

        foreach (var horizon in Horizons)
        {
            var calls = Came(series, minute, horizon, _set.Minutes);

            if (double.IsNaN(calls))
            {
                continue;
            }

            var baseRate = BaseRate(series.Class, horizon);

            for (var column = 0; column < Columns.Length; column++)
            {
                var forecast = column == Gate ? chosen : candidates[column];
                Add(function, column, horizon, forecast, calls, baseRate);
            }
        }
    }

    private void Add(int function, int column, ScoredHorizon horizon, CallForecast forecast, double calls, double baseRate)
    {
        var half = horizon == ScoredHorizon.HalfMinute;
        var said = half ? default : forecast[Own(horizon)];
        var probability = half ? forecast.AtLeastOneWithin(TimeSpan.FromSeconds(30)) : said.AtLeastOne;
        var at = column * Horizons.Length + (int)horizon;
        _sums[function][at].Add(said, probability, calls, baseRate, !half);
        _bins[_set.Series[function].Class][at].Add(probability, calls > 0);
        _bins[All][at].Add(probability, calls > 0);

        if (_few[function])
        {
            _bins[Few][at].Add(probability, calls > 0);
        }
    }

    private static ForecastHorizon Own(ScoredHorizon horizon) => horizon switch
    {
        ScoredHorizon.TenSeconds => ForecastHorizon.TenSeconds,
        ScoredHorizon.OneMinute => ForecastHorizon.OneMinute,
        ScoredHorizon.FiveMinutes => ForecastHorizon.FiveMinutes,
        _ => ForecastHorizon.FifteenMinutes,
    };

    private double Came(TraceSeries series, int minute, ScoredHorizon horizon, int end)
    {
        if (horizon > ScoredHorizon.HalfMinute)
        {
            return series.CallsOf(minute, Lengths[(int)horizon], end);
        }

        if (minute >= end)
        {
            return double.NaN;
        }

        CellSplit.Split(series, minute, _cells);
        return horizon == ScoredHorizon.TenSeconds ? _cells[0] : _cells[0] + _cells[1] + _cells[2];
    }

    private double[] BaseRates(string name)
    {
        var rates = new double[Horizons.Length];
        var members = Members(name).ToList();

        foreach (var horizon in Horizons)
        {
            long active = 0, all = 0;

            foreach (var function in members)
            {
                for (var minute = 0; minute < _set.LearnEnd; minute += 3)
                {
                    var calls = Came(_set.Series[function], minute, horizon, _set.LearnEnd);
                    all += double.IsNaN(calls) ? 0 : 1;
                    active += calls > 0 ? 1 : 0;
                }
            }

            rates[(int)horizon] = all == 0 ? 0.5 : (double)active / all;
        }

        return rates;
    }
}
