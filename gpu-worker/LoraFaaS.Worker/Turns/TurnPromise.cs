namespace LoraFaaS.Worker.Turns;

/// <summary>What one invocation makes its sandbox press for.</summary>
internal sealed class TurnPromise(TurnMember member, long due, double weight) : IDisposable
{
    private int _ended;

    public long Due { get; set; } = due;

    public double Weight { get; } = weight;

    public void Keep() => member.Keep(this);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            member.End(this);
        }
    }
}
