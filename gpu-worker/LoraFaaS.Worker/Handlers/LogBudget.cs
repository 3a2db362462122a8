namespace LoraFaaS.Worker.Handlers;

/// <summary>
/// Lines a function may still write, as a bucket that fills with time: a function that floods its log must not push other functions' lines out.
/// Pure but for what it counts; the caller brings the time and takes turns.
/// </summary>
internal sealed class LogBudget(int linesPerSecond)
{
    private const int BurstSeconds = 10;

    private double _left = linesPerSecond * BurstSeconds;
    private TimeSpan _seen;
    private int _dropped;

    /// <summary>Whether a line may be written, and how many were not since the last one that was.</summary>
    /// <param name="now">Since any fixed moment.</param>
    /// <param name="droppedBefore">0 unless lines were dropped before this one.</param>
    public bool TryTake(TimeSpan now, out int droppedBefore)
    {
        _left = Math.Min(linesPerSecond * BurstSeconds, _left + ((now - _seen).TotalSeconds * linesPerSecond));
        _seen = now;
        droppedBefore = 0;

        if (_left < 1)
        {
            _dropped++;
            return false;
        }

        _left--;
        (droppedBefore, _dropped) = (_dropped, 0);
        return true;
    }
}
