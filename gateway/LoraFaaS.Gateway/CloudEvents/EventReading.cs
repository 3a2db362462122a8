using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.CloudEvents;

/// <summary>What a request is, seen as an event.</summary>
internal abstract record EventReading
{
    private EventReading()
    {
    }

    /// <summary>An ordinary request.</summary>
    public sealed record NoEvent : EventReading;

    public sealed record Received(EventCall Call) : EventReading;

    public sealed record Refused(Problem Problem) : EventReading;
}
