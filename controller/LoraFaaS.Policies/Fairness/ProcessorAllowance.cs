namespace LoraFaaS.Policies.Fairness;

/// <summary>
/// What a confined process may compute beside the turns it was granted: a bucket of processor time that fills by a share of the machine. One that
/// empties it comes last for a while, and for twice as long each time that it does so again: a program that spins costs its neighbours a second now
/// and then, and one that had much to do once is soon forgiven. Nothing is taken from it while the processors are idle.
/// </summary>
/// <param name="Left">Processor time in the bucket.</param>
/// <param name="LastFor">It comes last for so long; zero: it does not.</param>
/// <param name="Offences">Times that it emptied the bucket and has not been forgiven.</param>
public readonly record struct ProcessorAllowance(TimeSpan Left, TimeSpan LastFor, int Offences)
{
    public static readonly TimeSpan Bucket = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    private const int MostOffences = 16;

    public static ProcessorAllowance Full { get; } = new(Bucket, TimeSpan.Zero, 0);

    public bool IsLast => LastFor > TimeSpan.Zero;

    /// <param name="used">Processor time of all its threads since the last look.</param>
    /// <param name="granted">Of that, what it was granted by turns.</param>
    /// <param name="elapsed">Time since the last look.</param>
    /// <param name="allowed">Processors' worth at which the bucket fills.</param>
    public ProcessorAllowance After(TimeSpan used, TimeSpan granted, TimeSpan elapsed, double allowed)
    {
        var own = used > granted ? used - granted : TimeSpan.Zero;
        var left = Least(Bucket, Left + (elapsed * allowed) - own);

        if (IsLast)
        {
            var rest = LastFor - elapsed;
            return rest > TimeSpan.Zero ? this with { LastFor = rest } : this with { LastFor = TimeSpan.Zero, Left = Bucket };
        }

        if (left > TimeSpan.Zero)
        {
            // A full bucket is good conduct.
            return new ProcessorAllowance(left, TimeSpan.Zero, left == Bucket && Offences > 0 && own == TimeSpan.Zero ? Offences - 1 : Offences);
        }

        var pause = FirstPause * Math.Pow(2, Math.Min(Offences, MostOffences));
        return new ProcessorAllowance(TimeSpan.Zero, Least(LongestPause, pause), Math.Min(Offences + 1, MostOffences));
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
