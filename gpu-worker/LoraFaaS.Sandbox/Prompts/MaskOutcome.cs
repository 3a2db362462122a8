using LoraFaaS.Contracts.Errors;
using LoraFaaS.Engine.Grammars;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>What came of a request's response format.</summary>
internal abstract record MaskOutcome
{
    private MaskOutcome()
    {
    }

    public sealed record NotAsked : MaskOutcome;

    public sealed record Ready(GrammarMask Mask) : MaskOutcome;

    public sealed record Refused(Problem Problem) : MaskOutcome;
}
