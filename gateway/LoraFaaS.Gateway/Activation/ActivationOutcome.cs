using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Activation;

/// <summary>How waking a function ended for one waiter.</summary>
internal abstract record ActivationOutcome
{
    private ActivationOutcome()
    {
    }

    /// <summary><paramref name="Account"/>: where the worker's part of the time went, as far as it told.</summary>
    public sealed record Ready(WorkerId Worker, string Url, ColdStart? Account = null) : ActivationOutcome;

    /// <summary>As many callers wait already as may; the flight itself goes on.</summary>
    public sealed record Full(TimeSpan RetryAfter) : ActivationOutcome;

    public sealed record Refused(Problem Problem) : ActivationOutcome;
}
