using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Dispatch;

/// <summary>Where an invocation goes, or why nowhere.</summary>
internal abstract record DispatchOutcome
{
    private DispatchOutcome()
    {
    }

    /// <summary><paramref name="Activated"/>: the controller had to wake the function first.</summary>
    public sealed record On(WorkerId Worker, string Url, bool Activated, ColdStart? Account = null) : DispatchOutcome
    {
        /// <summary>The function bounds itself, and another worker is warm for it: this one need not keep the call waiting.</summary>
        public bool OthersCanServe { get; init; }
    }

    public sealed record Refused(Problem Problem) : DispatchOutcome;
}
