using LoraFaaS.Contracts.Errors;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>What became of a deployment, an update, a removal or a scaling.</summary>
public abstract record FunctionWrite
{
    private FunctionWrite()
    {
    }

    /// <summary>It is durable. <paramref name="NewRevision"/>: what an invocation computes has changed.</summary>
    public sealed record Done(FunctionRecord Function, bool NewRevision) : FunctionWrite;

    public sealed record Refused(Problem Problem) : FunctionWrite;
}
