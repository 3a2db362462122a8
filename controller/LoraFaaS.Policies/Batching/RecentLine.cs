namespace LoraFaaS.Policies.Batching;

/// <summary>
/// y = a + b·x by least squares over recent points, a and b never negative. Where the points do not differ in x it is their mean.
/// </summary>
/// <param name="memory">Weight a point keeps when the next one comes.</param>
internal sealed class RecentLine(double memory)
{
    private double _weight;
    private double _sumX;
    private double _sumY;
    private double _sumXX;
    private double _sumXY;

    public bool IsKnown => _weight > 0;

    /// <summary>Of the points' y.</summary>
    public double Mean => _sumY / _weight;

    public void Observe(double x, double y)
    {
        Age(memory);
        _weight += 1;
        _sumX += x;
        _sumY += y;
        _sumXX += x * x;
        _sumXY += x * y;
    }

    /// <summary>One point's weight of what another has seen, with its y so many times as large: a guess, until there are points.</summary>
    public void Guess(RecentLine other, double times)
    {
        var share = 1 / other._weight;
        _weight = 1;
        _sumX = share * other._sumX;
        _sumY = share * other._sumY * times;
        _sumXX = share * other._sumXX;
        _sumXY = share * other._sumXY * times;
    }

    /// <summary>Time passes without a point: what was seen weighs less beside what will be.</summary>
    public void Age(double kept)
    {
        _weight *= kept;
        _sumX *= kept;
        _sumY *= kept;
        _sumXX *= kept;
        _sumXY *= kept;
    }

    public double At(double x)
    {
        var (meanX, meanY) = (_sumX / _weight, _sumY / _weight);
        var variance = (_sumXX / _weight) - (meanX * meanX);

        // Points a hundredth of their distance from zero apart say nothing about a slope but noise.
        if (variance <= 1e-4 * meanX * meanX)
        {
            return meanY;
        }

        var slope = Math.Max(0, ((_sumXY / _weight) - (meanX * meanY)) / variance);
        var intercept = meanY - (slope * meanX);

        return intercept >= 0 ? intercept + (slope * x) : meanY / meanX * x;
    }
}
