using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>The next thing on a worker's stream. There is one for each token, so that it is no object.</summary>
/// <param name="Event">Null: the stream ended before its last event.</param>
/// <param name="LostReason">Why it ended; empty where there is an event.</param>
internal readonly record struct WorkerRead(GenerateEvent? Event, string LostReason)
{
    public static WorkerRead Lost(string reason) => new(null, reason);
}
