using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>What came of turning a prompt into token ids.</summary>
internal abstract record EncodedPrompt
{
    private EncodedPrompt()
    {
    }

    public sealed record Ids(int[] Values) : EncodedPrompt;

    public sealed record Refused(Problem Problem) : EncodedPrompt;
}
