using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>What came of preparing a request.</summary>
internal abstract record PromptOutcome
{
    private PromptOutcome()
    {
    }

    public sealed record Ready(PreparedGeneration Generation) : PromptOutcome;

    public sealed record Refused(Problem Problem) : PromptOutcome;
}
