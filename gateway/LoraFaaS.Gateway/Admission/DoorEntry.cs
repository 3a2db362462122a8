using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Admission;

/// <summary>A place, or why there is none.</summary>
internal abstract record DoorEntry
{
    private DoorEntry()
    {
    }

    public sealed record Entered(DoorPlace Place) : DoorEntry;

    public sealed record Refused(Problem Problem) : DoorEntry;
}
