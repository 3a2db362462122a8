using System.Globalization;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Gateway.Admission;

/// <summary><c>X-Timeout</c>: seconds ("30", "0.5"), as OpenFaaS's settings are written, or a Go duration ("500ms", "1m30s"). At most a day.</summary>
internal static class TimeoutHeader
{
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public static bool TryParse(string? text, out TimeSpan duration)
    {
        if (!GoDuration.TryParse(text, out duration))
        {
            if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || !(seconds <= Longest.TotalSeconds))
            {
                return false;
            }

            duration = TimeSpan.FromSeconds(seconds);
        }

        return duration >= TimeSpan.Zero && duration <= Longest;
    }
}
