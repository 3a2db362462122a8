namespace LoraFaaS.Policies.Batching;

/// <summary>
/// T(b) = T0 + α(b−1): how long a batch of b invocations takes to its first tokens, learnt online by least squares with
/// exponential forgetting (ServerlessLoRA, profiled TTFT model). Immutable: each observation gives a new profile.
/// </summary>
public sealed record BatchProfile
{
    /// <summary>Weight an observation keeps when the next one comes: about the last fifty count.</summary>
    private const double Memory = 0.98;

    // The prior weighs as much as half an observation: the first real one already outweighs it.
    private const double PriorWeight = 0.5;

    private double _weight;
    private double _sumB;
    private double _sumT;
    private double _sumBB;
    private double _sumBT;
    private TimeSpan _shortest = TimeSpan.MaxValue;

    private BatchProfile()
    {
    }

    /// <summary>Before anything was seen: 400 ms and 50 ms, the defaults of the papers' re-implementation.</summary>
    public static BatchProfile Unseen { get; } = Prior(TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(50));

    /// <summary>Time of a batch of one.</summary>
    public required TimeSpan T0 { get; init; }

    /// <summary>Time each further invocation adds; never negative.</summary>
    public required TimeSpan Alpha { get; init; }

    /// <summary>
    /// Of an invocation alone on an idle device: T(1), or the shortest time there was. Where all were made in a crowd the line says nothing of one alone.
    /// </summary>
    public TimeSpan Alone => _shortest < T0 ? _shortest : T0;

    /// <summary>Observations so far. A profile without any is a guess that refuses nobody.</summary>
    public int Observations { get; private init; }

    public TimeSpan TimeOf(int batch)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
        return T0 + (Alpha * (batch - 1));
    }

    public BatchProfile Observe(int batch, TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(batch);
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);

        var b = batch - 1.0;
        var t = time.TotalMilliseconds;
        var weight = (_weight * Memory) + 1;
        var sumB = (_sumB * Memory) + b;
        var sumT = (_sumT * Memory) + t;
        var sumBB = (_sumBB * Memory) + (b * b);
        var sumBT = (_sumBT * Memory) + (b * t);
        var (intercept, slope) = Fit(weight, sumB, sumT, sumBB, sumBT);

        return new BatchProfile
        {
            T0 = TimeSpan.FromMilliseconds(intercept),
            Alpha = TimeSpan.FromMilliseconds(slope),
            Observations = Observations + 1,
            _weight = weight,
            _sumB = sumB,
            _sumT = sumT,
            _sumBB = sumBB,
            _sumBT = sumBT,
            _shortest = time < _shortest ? time : _shortest,
        };
    }

    /// <summary>
    /// The line with a slope of at least 0 and an intercept of at least 0 that fits best. When all batches were of one size the
    /// slope cannot be told from the intercept; the prior's two sizes keep the system solvable.
    /// </summary>
    private static (double Intercept, double Slope) Fit(double weight, double sumB, double sumT, double sumBB, double sumBT)
    {
        var determinant = (weight * sumBB) - (sumB * sumB);
        var slope = determinant > 1e-9 ? Math.Max(0, ((weight * sumBT) - (sumB * sumT)) / determinant) : 0;
        var intercept = (sumT - (slope * sumB)) / weight;

        // Through the origin when the free line would promise a first token in negative time.
        return intercept >= 0 ? (intercept, slope) : (0, sumBB > 0 ? Math.Max(0, sumBT / sumBB) : 0);
    }

    private static BatchProfile Prior(TimeSpan t0, TimeSpan alpha)
    {
        // Two imagined observations, of sizes 1 and 2, on the prior's line.
        var first = t0.TotalMilliseconds;
        var second = first + alpha.TotalMilliseconds;

        return new BatchProfile
        {
            T0 = t0,
            Alpha = alpha,
            _weight = PriorWeight,
            _sumB = PriorWeight / 2,
            _sumT = PriorWeight / 2 * (first + second),
            _sumBB = PriorWeight / 2,
            _sumBT = PriorWeight / 2 * second,
        };
    }
}
