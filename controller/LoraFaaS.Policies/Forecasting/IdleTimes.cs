namespace LoraFaaS.Policies.Forecasting;

/// <summary>
/// How long a function rested between minutes with calls: one-minute bins over four hours (hybrid histogram, Shahrad et al., ATC'20),
/// what was longer counted apart and remembered by its weighted mean.
/// </summary>
public sealed class IdleTimes
{
    public const int Bins = 240;

    /// <summary>A bin this full halves all of them, so that old habits fade and 16 bits are enough.</summary>
    private const int FullBin = ushort.MaxValue;

    private readonly ushort[] _bins;

    public IdleTimes()
        : this(new ushort[Bins], 0, 0, 0)
    {
    }

    internal IdleTimes(ushort[] bins, int beyond, double meanMinutes, double meanSquare)
    {
        _bins = bins;
        Beyond = beyond;
        MeanMinutes = meanMinutes;
        MeanSquare = meanSquare;

        foreach (var bin in bins)
        {
            Within += bin;
            SumOfSquares += (long)bin * bin;
        }
    }

    /// <summary>Gaps of less than four hours.</summary>
    public int Within { get; private set; }

    /// <summary>Gaps of four hours and more.</summary>
    public int Beyond { get; private set; }

    public int Total => Within + Beyond;

    /// <summary>Weighted mean of the newest gaps, minutes; the next one weighs 0.2.</summary>
    public double MeanMinutes { get; private set; }

    /// <summary>The same of their squares.</summary>
    public double MeanSquare { get; private set; }

    /// <summary>Gaps of [<paramref name="minutes"/>, <paramref name="minutes"/> + 1).</summary>
    public int this[int minutes] => _bins[minutes];

    /// <summary>Coefficient of variation (population) of the bins' counts: high where the gaps are alike.</summary>
    public double BinVariation => Within == 0 ? 0 : Math.Sqrt(Math.Max(0, (double)SumOfSquares * Bins / ((double)Within * Within) - 1));

    private long SumOfSquares { get; set; }

    /// <summary>Takes a gap of so many whole empty minutes.</summary>
    public void Add(long minutes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(minutes);
        var weight = Total == 0 ? 1 : 0.2;
        MeanMinutes += weight * (minutes - MeanMinutes);
        MeanSquare += weight * ((double)minutes * minutes - MeanSquare);

        if (minutes >= Bins)
        {
            Beyond++;
            return;
        }

        if (_bins[minutes] == FullBin)
        {
            Halve();
        }

        SumOfSquares += 2 * _bins[minutes] + 1;
        _bins[minutes]++;
        Within++;
    }

    /// <summary>Gaps in bins <paramref name="from"/> up to, not including, <paramref name="to"/>.</summary>
    public int Between(int from, int to)
    {
        var sum = 0;

        for (var i = Math.Max(0, from); i < Math.Min(to, Bins); i++)
        {
            sum += _bins[i];
        }

        return sum;
    }

    /// <summary>The first bin at which the share of gaps of less than four hours reaches <paramref name="share"/>.</summary>
    public int Percentile(double share)
    {
        var wanted = share * Within;
        var sum = 0;

        for (var i = 0; i < Bins; i++)
        {
            sum += _bins[i];

            if (sum >= wanted && sum > 0)
            {
                return i;
            }
        }

        return Bins - 1;
    }

    public IdleTimes Copy() => new([.. _bins], Beyond, MeanMinutes, MeanSquare);

    internal ReadOnlySpan<ushort> Raw => _bins;

    private void Halve()
    {
        (Within, SumOfSquares, Beyond) = (0, 0, Beyond / 2);

        for (var i = 0; i < Bins; i++)
        {
            _bins[i] /= 2;
            Within += _bins[i];
            SumOfSquares += (long)_bins[i] * _bins[i];
        }
    }
}
