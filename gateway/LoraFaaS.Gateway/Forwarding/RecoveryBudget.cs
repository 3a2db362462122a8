namespace LoraFaaS.Gateway.Forwarding;

/// <summary>
/// How much one generation may be tried again. A worker that refuses is asked to be replaced once; a stream that broke is taken up again once (a prompt
/// that kills every worker it meets must not be carried through all of them); finding somebody who answers at all is bounded by time instead,
/// because a killed worker needs some seconds to come back.
/// </summary>
internal sealed class RecoveryBudget(TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private bool _replaced;
    private bool _resumed;
    private long? _firstFailure;
    private int _searches;

    /// <summary>A worker that had it has failed it: no place to go to is then a reason to look on, not to refuse.</summary>
    public bool Lost { get; private set; }

    public int Spent { get; private set; }

    public void MarkLost() => Lost = true;

    /// <summary>After a refusal before the first event.</summary>
    public bool TryReplace() => Spend(ref _replaced);

    /// <summary>After a stream that broke.</summary>
    public bool TryResume() => Spend(ref _resumed);

    /// <summary>After an unreachable worker, or when there is none: the pause before the next try (none before the first), or null
    /// when <paramref name="window"/> has passed since the first failure.</summary>
    public TimeSpan? NextSearch(TimeSpan window)
    {
        var now = time.GetTimestamp();
        _firstFailure ??= now;
        Spent++;

        if (_searches++ == 0)
        {
            return TimeSpan.Zero;
        }

        if (time.GetElapsedTime(_firstFailure.Value, now) >= window)
        {
            return null;
        }

        var pause = FirstPause * Math.Pow(2, Math.Min(_searches - 2, 8));
        return pause < LongestPause ? pause : LongestPause;
    }

    private bool Spend(ref bool used)
    {
        if (used)
        {
            return false;
        }

        used = true;
        _firstFailure ??= time.GetTimestamp();
        Spent++;
        return true;
    }
}
