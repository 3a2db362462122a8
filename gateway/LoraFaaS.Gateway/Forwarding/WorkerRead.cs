using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>The next thing on a worker's stream.</summary>
internal abstract record WorkerRead
{
    private WorkerRead()
    {
    }

    public sealed record Event(GenerateEvent Value) : WorkerRead;

    /// <summary>The stream ended before its last event.</summary>
    public sealed record Lost(string Reason) : WorkerRead;
}
