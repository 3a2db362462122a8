using System.Globalization;
using System.Text;

namespace LoraFaaS.Checkpoints.Templates.Execution;

/// <summary>C's strftime in the C locale, for <c>strftime_now</c>.</summary>
internal static class Strftime
{
    public static string Format(DateTimeOffset now, string format)
    {
        var output = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                output.Append(format[i]);
                continue;
            }

            var isUnpadded = format[i + 1] == '-' && i + 2 < format.Length;
            i += isUnpadded ? 2 : 1;
            var field = Field(now, format[i]);
            output.Append(isUnpadded && field.TrimStart('0') is { Length: > 0 } trimmed ? trimmed : field);
        }

        return output.ToString();
    }

    private static string Field(DateTimeOffset now, char directive) => directive switch
    {
        'Y' => Text(now, "yyyy"),
        'y' => Text(now, "yy"),
        'm' => Text(now, "MM"),
        'd' => Text(now, "dd"),
        'e' => Text(now, "%d").PadLeft(2),
        'H' => Text(now, "HH"),
        'I' => Text(now, "hh"),
        'M' => Text(now, "mm"),
        'S' => Text(now, "ss"),
        'f' => Text(now, "ffffff"),
        'p' => now.Hour < 12 ? "AM" : "PM",
        'B' => Text(now, "MMMM"),
        'b' or 'h' => Text(now, "MMM"),
        'A' => Text(now, "dddd"),
        'a' => Text(now, "ddd"),
        'j' => now.DayOfYear.ToString("D3", CultureInfo.InvariantCulture),
        'w' => ((int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'F' => Text(now, "yyyy-MM-dd"),
        'T' => Text(now, "HH:mm:ss"),
        'D' => Text(now, "MM/dd/yy"),
        'z' => Text(now, "zzz").Replace(":", string.Empty, StringComparison.Ordinal),
        'Z' => now.Offset == TimeSpan.Zero ? "UTC" : string.Empty,
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => throw RenderException.Wrong($"strftime_now does not know '%{directive}'"),
    };

    private static string Text(DateTimeOffset now, string format) => now.ToString(format.Replace("/", "'/'", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}
