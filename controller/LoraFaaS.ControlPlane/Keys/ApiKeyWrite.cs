using LoraFaaS.Contracts.Errors;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Keys;

/// <summary>What became of issuing, rotating or revoking a key.</summary>
public abstract record ApiKeyWrite
{
    private ApiKeyWrite()
    {
    }

    /// <summary>The only time that the text is seen.</summary>
    public sealed record Issued(ApiKeyRecord Key, string Text) : ApiKeyWrite;

    public sealed record Revoked : ApiKeyWrite;

    public sealed record Refused(Problem Problem) : ApiKeyWrite;
}
