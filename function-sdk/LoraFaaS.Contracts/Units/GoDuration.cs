using System.Globalization;
using System.Text;

namespace LoraFaaS.Contracts.Units;

/// <summary>Go's duration text ("1h30m", "500ms", "0"), which OpenFaaS uses wherever it writes a time. Grammar: time.ParseDuration.</summary>
public static class GoDuration
{
    /// <summary>Reads a duration. Finer than 100 ns is rounded down; more than 100 years is refused.</summary>
    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;

        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var rest = text.AsSpan();
        var negative = rest[0] == '-';

        if (rest[0] is '-' or '+')
        {
            rest = rest[1..];
        }

        if (rest is "0")
        {
            return true;
        }

        var nanoseconds = 0m;

        if (rest.IsEmpty)
        {
            return false;
        }

        while (!rest.IsEmpty)
        {
            if (!TryReadPart(ref rest, out var part) || (nanoseconds += part) > 100m * 365 * 24 * 3600 * 1_000_000_000m)
            {
                return false;
            }
        }

        duration = TimeSpan.FromTicks((long)(nanoseconds / 100) * (negative ? -1 : 1));
        return true;
    }

    /// <summary>Writes it as Go would read it again.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
        {
            return "0s";
        }

        if (duration.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.####}ms");
        }

        var text = new StringBuilder(duration < TimeSpan.Zero ? "-" : "");
        var left = duration.Duration();
        AppendPart(text, (long)left.TotalHours, 'h');
        AppendPart(text, left.Minutes, 'm');
        AppendPart(text, left.Seconds, 's');
        return text.ToString();
    }

    private static void AppendPart(StringBuilder text, long count, char unit)
    {
        if (count > 0)
        {
            text.Append(count).Append(unit);
        }
    }

    /// <summary>One number with its unit, for example <c>1.5h</c>, in nanoseconds.</summary>
    private static bool TryReadPart(ref ReadOnlySpan<char> rest, out decimal nanoseconds)
    {
        nanoseconds = 0;
        var digits = 0;

        while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.'))
        {
            digits++;
        }

        var unitEnd = digits;

        while (unitEnd < rest.Length && !char.IsAsciiDigit(rest[unitEnd]) && rest[unitEnd] != '.')
        {
            unitEnd++;
        }

        // 20 digits are more than a century of nanoseconds; decimal cannot overflow on the product.
        if (digits is 0 or > 20
            || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number > 10_000_000_000_000_000_000m)
        {
            return false;
        }

        var factor = rest[digits..unitEnd] switch
        {
            "ns" => 1m,
            "us" or "\u00b5s" or "\u03bcs" => 1_000m,
            "ms" => 1_000_000m,
            "s" => 1_000_000_000m,
            "m" => 60_000_000_000m,
            "h" => 3_600_000_000_000m,
            _ => 0m,
        };

        if (factor == 0 || number > 4_000_000_000_000_000_000m / factor)
        {
            return false;
        }

        nanoseconds = number * factor;
        rest = rest[unitEnd..];
        return true;
    }
}
