using System.Globalization;

namespace LoraFaaS.Cli.Commands;

/// <summary>A duration on the command line: a number and s, m, h or d, as in 30d.</summary>
internal static class DurationText
{
    private const double LongestDays = 36_500;

    public static TimeSpan Read(string option, string text)
    {
        var number = text.Length > 0 ? text.AsSpan(..^1) : [];

        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || SecondsOf(text[^1]) is not { } unit
            || value * unit > LongestDays * 86_400)
        {
            throw new UsageException($"{option} {text}: a duration is a number and s, m, h or d, as in 30d.");
        }

        return TimeSpan.FromSeconds(value * unit);
    }

    private static double? SecondsOf(char unit) => unit switch
    {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => null,
    };
}
