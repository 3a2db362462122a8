using LoraFaaS.Gateway.Dispatch;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>A worker's place that is kept for one invocation while its connection lasts.</summary>
internal sealed class HeldPlace(DispatchOutcome.On target, WorkerCall connection) : IAsyncDisposable
{
    public DispatchOutcome.On Target => target;

    /// <summary>How long it was waited for.</summary>
    public TimeSpan Waited { get; set; }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
