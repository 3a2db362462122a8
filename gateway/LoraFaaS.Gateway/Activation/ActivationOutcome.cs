using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Gateway.Activation;

/// <summary>How waking a function ended for one waiter.</summary>
internal abstract record ActivationOutcome
{
    private ActivationOutcome()
    {
    }

    public sealed record Ready(WorkerId Worker, string Url) : ActivationOutcome;

    /// <summary>As many callers wait already as may; the flight itself goes on.</summary>
    public sealed record Full(TimeSpan RetryAfter) : ActivationOutcome;

    public sealed record Refused(Problem Problem) : ActivationOutcome;
}
