namespace LoraFaaS.Cli.Tests.Push.Sources;

/// <summary>Pauses between tries are over at once; limits on silence, which are longer, are never reached.</summary>
internal sealed class PauselessTime : TimeProvider
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime <= LongestPause ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
