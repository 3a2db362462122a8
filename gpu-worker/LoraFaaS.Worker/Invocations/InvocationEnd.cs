using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Worker.Invocations;

/// <summary>How an invocation ended.</summary>
internal abstract record InvocationEnd
{
    private InvocationEnd()
    {
    }

    /// <summary>What counts as outcome in usage, log and metric.</summary>
    public abstract string Outcome { get; }

    internal sealed record Done(Finished Finished) : InvocationEnd
    {
        public override string Outcome => "ok";
    }

    internal sealed record Failed(Problem Problem, AbortCause Cause = AbortCause.None) : InvocationEnd
    {
        public override string Outcome => Problem.Code.ToWire();
    }

    /// <summary>The sandbox ended in the middle of it.</summary>
    internal sealed record Lost : InvocationEnd
    {
        public override string Outcome => ErrorCode.SandboxLost.ToWire();
    }
}
