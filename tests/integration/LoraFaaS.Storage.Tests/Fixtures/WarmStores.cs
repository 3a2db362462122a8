namespace LoraFaaS.Storage.Tests.Fixtures;

/// <summary>Two views of one fresh warm state, as two controllers have, and a way to let its time pass.</summary>
public sealed class WarmStores(IWarmStateStore first, IWarmStateStore second, Action<TimeSpan> elapse, Action dispose) : IDisposable
{
    public IWarmStateStore First => first;

    public IWarmStateStore Second => second;

    /// <summary>Moves the clock where there is one to move; a real server's passes by itself.</summary>
    public void Elapse(TimeSpan time) => elapse(time);

    public void Dispose() => dispose();
}
