using System.Globalization;

namespace LoraFaaS.Protocol.Grpc.Wire;

/// <summary>The <c>grpc-timeout</c> header: at most eight digits and a unit (H, M, S, m, u, n).</summary>
internal static class GrpcTimeout
{
    private const int MaxDigits = 8;
    private const long MaxValue = 99_999_999;
    private const long NanosecondsPerTick = 100;

    /// <summary>Longer than any timer takes means no deadline that matters.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    public static string Format(TimeSpan timeout)
    {
        // Rounded up: a deadline of 0 would be over before it is sent.
        var microseconds = Math.Max(1, (long)Math.Ceiling(timeout.TotalMicroseconds));

        if (microseconds <= MaxValue)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{microseconds}u");
        }

        var milliseconds = (long)Math.Ceiling(timeout.TotalMilliseconds);

        return milliseconds <= MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds}m")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Min(MaxValue, (long)Math.Ceiling(timeout.TotalSeconds))}S");
    }

    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;

        if (text.Length is < 2 or > MaxDigits + 1 || !long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        long? ticks = text[^1] switch
        {
            'H' => value * TimeSpan.TicksPerHour,
            'M' => value * TimeSpan.TicksPerMinute,
            'S' => value * TimeSpan.TicksPerSecond,
            'm' => value * TimeSpan.TicksPerMillisecond,
            'u' => value * TimeSpan.TicksPerMicrosecond,
            'n' => value / NanosecondsPerTick,
            _ => null,
        };

        if (ticks is null)
        {
            return false;
        }

        timeout = TimeSpan.FromTicks(Math.Min(ticks.Value, Longest.Ticks));
        return true;
    }
}
