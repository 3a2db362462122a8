using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.ControlPlane.Secrets;

/// <summary>What a function's code is given when it starts.</summary>
public abstract record CodeSettings
{
    private CodeSettings()
    {
    }

    public sealed record Given(IReadOnlyDictionary<string, byte[]> Secrets, IReadOnlyDictionary<string, string> Environment) : CodeSettings;

    public sealed record Refused(Problem Problem) : CodeSettings;
}
