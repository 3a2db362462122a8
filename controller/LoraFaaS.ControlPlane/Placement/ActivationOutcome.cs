using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Invocations;

namespace LoraFaaS.ControlPlane.Placement;

/// <summary>Where a function is ready now, or why it is not.</summary>
public abstract record ActivationOutcome
{
    private ActivationOutcome()
    {
    }

    /// <summary><paramref name="Account"/>: where the load's time went; null when nothing was loaded, or nobody told.</summary>
    public sealed record Ready(WorkerId Worker, string Url, string Reason, LoadAccount? Account = null) : ActivationOutcome;

    public sealed record Refused(Problem Problem) : ActivationOutcome;
}
