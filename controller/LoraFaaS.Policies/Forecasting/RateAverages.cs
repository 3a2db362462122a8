namespace LoraFaaS.Policies.Forecasting;

/// <summary>Exponentially weighted averages of the calls a minute, with half-lives of 2, 10 and 60 minutes.</summary>
public sealed class RateAverages
{
    private static readonly double[] Keep = [Math.Pow(0.5, 1 / 2d), Math.Pow(0.5, 1 / 10d), Math.Pow(0.5, 1 / 60d)];

    private readonly double[] _values;

    public RateAverages()
        : this(new double[Keep.Length * 3])
    {
    }

    internal RateAverages(double[] values) => _values = values;

    /// <summary>Calls a minute.</summary>
    public double Mean(RateWindow window) => _values[(int)window];

    /// <summary>Of the squares of calls a minute.</summary>
    public double MeanSquare(RateWindow window) => _values[Keep.Length + (int)window];

    /// <summary>Share of minutes with a call.</summary>
    public double Active(RateWindow window) => _values[2 * Keep.Length + (int)window];

    /// <summary>Weight of what was seen so far: 0 at the beginning, 1 after a few half-lives.</summary>
    public static double Weight(RateWindow window, long minutesSeen) => 1 - Math.Pow(Keep[(int)window], minutesSeen);

    public void Add(int calls)
    {
        for (var i = 0; i < Keep.Length; i++)
        {
            var add = 1 - Keep[i];
            _values[i] = Keep[i] * _values[i] + add * calls;
            _values[Keep.Length + i] = Keep[i] * _values[Keep.Length + i] + add * calls * calls;
            _values[2 * Keep.Length + i] = Keep[i] * _values[2 * Keep.Length + i] + (calls > 0 ? add : 0);
        }
    }

    public RateAverages Copy() => new([.. _values]);

    internal ReadOnlySpan<double> Raw => _values;
}
