using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Sandbox.Opening;

/// <summary>What came of an Open frame.</summary>
internal abstract record OpenOutcome
{
    private OpenOutcome()
    {
    }

    public sealed record Opened(OpenedSandbox Sandbox) : OpenOutcome;

    public sealed record Refused(Problem Problem) : OpenOutcome;
}
