namespace LoraFaaS.Bench.Forecasting;

/// <summary>Said probabilities in tenths, beside how often it came.</summary>
internal sealed class CalibrationBins
{
    private const int Bins = 10;

    private readonly long[] _count = new long[Bins];
    private readonly double[] _said = new double[Bins];
    private readonly long[] _came = new long[Bins];

    /// <summary>Mean distance of what was said from what came, weighted by how often it was said (expected calibration error).</summary>
    public double Error
    {
        get
        {
            var all = _count.Sum();
            var sum = 0.0;

            for (var i = 0; i < Bins; i++)
            {
                sum += Math.Abs(_said[i] - _came[i]);
            }

            return all == 0 ? double.NaN : sum / all;
        }
    }

    public IReadOnlyList<CalibrationBin> Table =>
        [.. Enumerable.Range(0, Bins).Where(i => _count[i] > 0).Select(i => new CalibrationBin(_count[i], _said[i] / _count[i], (double)_came[i] / _count[i]))];

    public void Add(double probability, bool came)
    {
        var bin = Math.Clamp((int)(probability * Bins), 0, Bins - 1);
        _count[bin]++;
        _said[bin] += probability;
        _came[bin] += came ? 1 : 0;
    }
}
