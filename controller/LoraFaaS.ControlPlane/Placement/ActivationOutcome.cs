using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Placement;

/// <summary>Where a function is ready now, or why it is not.</summary>
public abstract record ActivationOutcome
{
    private ActivationOutcome()
    {
    }

    public sealed record Ready(WorkerId Worker, string Url, string Reason) : ActivationOutcome;

    public sealed record Refused(Problem Problem) : ActivationOutcome;
}
