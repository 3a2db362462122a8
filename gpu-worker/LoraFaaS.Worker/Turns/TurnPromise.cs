namespace LoraFaaS.Worker.Turns;

/// <summary>What one invocation makes its sandbox press for.</summary>
internal sealed class TurnPromise(TurnMember member, long due, double weight) : IDisposable
{
    private int _ended;

    public long Due { get; set; } = due;

    public double Weight { get; } = weight;

    /// <summary>A token has come; the next one is due then (long.MaxValue: none is promised).</summary>
    public void Keep(long nextDue) => member.Keep(this, nextDue);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            member.End(this);
        }
    }
}
