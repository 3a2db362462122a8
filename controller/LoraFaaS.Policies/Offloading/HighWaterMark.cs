namespace LoraFaaS.Policies.Offloading;

/// <summary>
/// When a tier is too full, and how much has to go, so that the next load finds room and does not wait for it: above <paramref name="At"/> down to
/// <paramref name="Below"/> less (published constants: 90 %, 5 % below).
/// </summary>
/// <param name="At">Share of the capacity that may be used.</param>
/// <param name="Below">Share of the capacity by which it then falls below that.</param>
public readonly record struct HighWaterMark(double At, double Below)
{
    public static HighWaterMark Default { get; } = new(0.90, 0.05);

    /// <summary>Bytes to free; 0: there is room.</summary>
    public long Need(long used, long capacity) => used > At * capacity ? used - (long)((At - Below) * capacity) : 0;
}
