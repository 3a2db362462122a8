using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>Whether a package can be run.</summary>
public abstract record CodeInspection
{
    private CodeInspection()
    {
    }

    public sealed record Valid(long Bytes) : CodeInspection;

    public sealed record Refused(Problem Problem) : CodeInspection;
}
