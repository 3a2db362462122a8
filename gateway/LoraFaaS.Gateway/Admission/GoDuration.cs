using System.Buffers;
using System.Globalization;

namespace LoraFaaS.Gateway.Admission;

/// <summary>Seconds ("30", "0.5") or a Go duration of one or more parts ("500ms", "1m30s"): what OpenFaaS clients write.</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static bool TryParse(string? text, out TimeSpan duration)
    {
        duration = default;

        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        if (TryNumber(text, out var seconds))
        {
            return TryScale(seconds, 1, ref duration);
        }

        var rest = text.AsSpan();

        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);

            if (digits <= 0 || !TryNumber(rest[..digits], out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var end = rest.IndexOfAny(NumberCharacters);
            var unit = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[end..];

            if (SecondsOf(unit) is not { } scale || !TryScale(number, scale, ref duration))
            {
                return false;
            }
        }

        return true;
    }

    private static double? SecondsOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" => 0.001,
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => null,
    };

    private static bool TryNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);

    private static bool TryScale(double number, double seconds, ref TimeSpan sum)
    {
        var total = sum.TotalSeconds + (number * seconds);

        if (total > Longest.TotalSeconds)
        {
            return false;
        }

        sum = TimeSpan.FromSeconds(total);
        return true;
    }
}
