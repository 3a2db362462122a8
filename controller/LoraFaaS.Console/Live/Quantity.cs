using System.Globalization;

namespace LoraFaaS.Console.Live;

/// <summary>Numbers with their units, short enough for a table.</summary>
internal static class Quantity
{
    private static readonly string[] ByteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static string Bytes(double bytes)
    {
        var unit = 0;

        while (bytes >= 1_024 && unit < ByteUnits.Length - 1)
        {
            bytes /= 1_024;
            unit++;
        }

        return Format(bytes, unit == 0 ? 0 : bytes < 10 ? 2 : bytes < 100 ? 1 : 0) + " " + ByteUnits[unit];
    }

    public static string Ms(double ms) => ms switch
    {
        < 0.05 => "0 ms",
        < 10 => Format(ms, 1) + " ms",
        < 10_000 => Format(ms, 0) + " ms",
        _ => Format(ms / 1_000, 1) + " s",
    };

    public static string Count(double count) => count switch
    {
        < 10_000 => Format(count, 0),
        < 10_000_000 => Format(count / 1_000, count < 100_000 ? 1 : 0) + "k",
        _ => Format(count / 1_000_000, 1) + "M",
    };

    public static string Rate(double perSecond) => Format(perSecond, perSecond < 10 ? 2 : perSecond < 100 ? 1 : 0) + "/s";

    public static string Percent(double share) => Format(share * 100, share is > 0 and < 0.1 ? 1 : 0) + " %";

    public static string Money(double amount, string currency) => Format(amount, amount == 0 || amount >= 1 ? 2 : amount >= 0.01 ? 4 : 6) + " " + currency;

    public static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 60 } => Format(span.TotalSeconds, 0) + " s",
        { TotalMinutes: < 60 } => Format(Math.Floor(span.TotalMinutes), 0) + " min",
        { TotalHours: < 48 } => Format(Math.Floor(span.TotalHours), 0) + " h",
        _ => Format(Math.Floor(span.TotalDays), 0) + " d",
    };

    /// <summary>For style attributes and SVG, where a comma would be another value.</summary>
    public static string Css(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    public static string Short(string digest) => digest.StartsWith("sha256:", StringComparison.Ordinal) && digest.Length > 19 ? digest[7..19] : digest;

    private static string Format(double value, int decimals) => value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
