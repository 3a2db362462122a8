using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Worker.Invocations;

/// <summary>Where a generation's events go: to the caller, or to the code that asked for it.</summary>
internal interface IEventSink
{
    /// <summary>Returns when the event is in the hands of flow control: a reader that does not read makes this wait, and with it the sequence.</summary>
    ValueTask WriteAsync(GenerateEvent happened, CancellationToken cancellationToken);
}
