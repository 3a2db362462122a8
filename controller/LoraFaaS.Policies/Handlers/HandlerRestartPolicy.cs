namespace LoraFaaS.Policies.Handlers;

/// <summary>
/// How long a function's code that keeps ending is left alone. The first end costs nobody a wait; each further one in a row doubles it, so that
/// code that cannot live does not spend the machine on its starts.
/// </summary>
public static class HandlerRestartPolicy
{
    /// <summary>The pause after the second end in a row.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>A process that lived this long was well: its end is a first one.</summary>
    public static readonly TimeSpan GoodLife = TimeSpan.FromMinutes(1);

    /// <summary>Ends in a row, after one more.</summary>
    public static int Count(int endsBefore, TimeSpan lived) => lived >= GoodLife ? 1 : Math.Min(endsBefore, 1_000) + 1;

    /// <summary>Time still to wait before the next start; zero: now.</summary>
    public static TimeSpan WaitFor(int endsInARow, TimeSpan sinceLastEnd)
    {
        if (endsInARow < 2)
        {
            return TimeSpan.Zero;
        }

        var pause = FirstPause * Math.Pow(2, Math.Min(endsInARow - 2, 10));
        var left = (pause < LongestPause ? pause : LongestPause) - sinceLastEnd;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
