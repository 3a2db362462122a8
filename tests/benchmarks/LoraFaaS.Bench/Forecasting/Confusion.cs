namespace LoraFaaS.Bench.Forecasting;

/// <summary>Said and came, counted.</summary>
internal struct Confusion
{
    public long Hits;
    public long FalseAlarms;
    public long Misses;
    public long QuietRight;

    public readonly double Accuracy => Share(Hits + QuietRight, Hits + FalseAlarms + Misses + QuietRight);

    public readonly double Precision => Share(Hits, Hits + FalseAlarms);

    public readonly double Recall => Share(Hits, Hits + Misses);

    public readonly double Balanced => (Recall + Share(QuietRight, QuietRight + FalseAlarms)) / 2;

    public void Add(bool said, bool came)
    {
        Hits += said && came ? 1 : 0;
        FalseAlarms += said && !came ? 1 : 0;
        Misses += !said && came ? 1 : 0;
        QuietRight += !said && !came ? 1 : 0;
    }

    public void Add(Confusion other)
    {
        Hits += other.Hits;
        FalseAlarms += other.FalseAlarms;
        Misses += other.Misses;
        QuietRight += other.QuietRight;
    }

    private static double Share(long part, long whole) => whole == 0 ? double.NaN : (double)part / whole;
}
