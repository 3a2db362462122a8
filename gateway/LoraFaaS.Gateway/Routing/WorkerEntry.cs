using LoraFaaS.Policies.Snapshots;

namespace LoraFaaS.Gateway.Routing;

/// <summary>A worker as the controller last published it, and where its data plane listens.</summary>
internal sealed record WorkerEntry(WorkerSnapshot Snapshot, string Url)
{
    /// <summary>What its tokens are computed with. Empty: it did not say.</summary>
    public string Arithmetic { get; init; } = "";

    /// <summary>It would refuse to go on with tokens of such an arithmetic. Empty: any will do.</summary>
    public bool Differs(string arithmetic) => arithmetic.Length > 0 && Arithmetic.Length > 0 && Arithmetic != arithmetic;
}
