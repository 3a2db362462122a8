using System.Globalization;
using System.Text.RegularExpressions;

namespace LoraFaaS.Cli.Manifests;

/// <summary>Go's way of writing durations: <c>1m30s</c>, <c>500ms</c>.</summary>
internal static partial class GoDuration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;

        if (!Whole().IsMatch(text))
        {
            return text is "0";
        }

        var seconds = 0.0;

        foreach (Match part in Part().Matches(text))
        {
            seconds += double.Parse(part.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * part.Groups[2].Value switch
            {
                "h" => 3_600,
                "m" => 60,
                "s" => 1,
                _ => 0.001,
            };
        }

        if (seconds > TimeSpan.FromDays(3_650).TotalSeconds)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(seconds);
        return true;
    }

    [GeneratedRegex(@"^(\d{1,9}(\.\d{1,9})?(h|ms|m|s))+\z")]
    private static partial Regex Whole();

    [GeneratedRegex(@"(\d{1,9}(?:\.\d{1,9})?)(h|ms|m|s)")]
    private static partial Regex Part();
}
