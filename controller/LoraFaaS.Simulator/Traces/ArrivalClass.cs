namespace LoraFaaS.Simulator.Traces;

/// <summary>The classes of InstaInfer and ServerlessLoRA, by the variation of the gaps between calls: k calls of a minute are spread evenly.</summary>
public static class ArrivalClass
{
    /// <summary>predictable, normal or bursty; insufficient: fewer than three calls.</summary>
    /// <param name="minutes">Calls in each minute.</param>
    public static string Of(ReadOnlySpan<int> minutes)
    {
        double last = -1, sum = 0, squares = 0;
        long gaps = 0;

        for (var minute = 0; minute < minutes.Length; minute++)
        {
            for (var i = 0; i < minutes[minute]; i++)
            {
                var at = minute + (i + 0.5) / minutes[minute];

                if (last >= 0)
                {
                    gaps++;
                    sum += at - last;
                    squares += (at - last) * (at - last);
                }

                last = at;
            }
        }

        if (gaps < 2)
        {
            return "insufficient";
        }

        var mean = sum / gaps;
        var variation = Math.Sqrt(Math.Max(0, squares / gaps - mean * mean)) / mean;
        return variation <= 1 ? "predictable" : variation <= 4 ? "normal" : "bursty";
    }
}
