namespace LoraFaaS.Storage;

/// <summary>Whole hours since 1970-01-01T00Z, the end excluded: the grain in which usage is summed.</summary>
internal readonly record struct HourSpan(long First, long End)
{
    public const int HoursOfDay = 24;

    private static readonly long EpochHour = DateTimeOffset.UnixEpoch.UtcTicks / TimeSpan.TicksPerHour;

    /// <summary>The hours that have a moment in common with <c>[from, to)</c>.</summary>
    public static HourSpan Touching(DateTimeOffset from, DateTimeOffset to)
    {
        var end = to.UtcTicks % TimeSpan.TicksPerHour == 0 ? HourOf(to) : HourOf(to) + 1;

        return new HourSpan(HourOf(from), end);
    }

    // Ticks since year 1 are never negative, so this rounds down before 1970 too.
    public static long HourOf(DateTimeOffset moment) => (moment.UtcTicks / TimeSpan.TicksPerHour) - EpochHour;

    /// <summary>Minutes since 1970, rounded down before it too.</summary>
    public static long MinuteOf(DateTimeOffset moment) => (moment.UtcTicks / TimeSpan.TicksPerMinute) - (DateTimeOffset.UnixEpoch.UtcTicks / TimeSpan.TicksPerMinute);

    public static DateTimeOffset StartOf(long hour) => DateTimeOffset.UnixEpoch.AddHours(hour);
}
