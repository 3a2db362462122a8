using System.Globalization;

namespace LoraFaaS.Gateway.Async;

/// <summary>Reads Retry-After (RFC 9110, 10.2.3): seconds or a date.</summary>
internal static class RetryAfter
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>Milliseconds from now; 0 when it says nothing that can be read.</summary>
    public static long Of(string? text, TimeProvider time)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return Math.Min(seconds, (long)Longest.TotalSeconds) * 1_000;
        }

        return DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? (long)Math.Clamp((date - time.GetUtcNow()).TotalMilliseconds, 0, Longest.TotalMilliseconds)
            : 0;
    }
}
