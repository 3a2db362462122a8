using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.ControlPlane.Workers;

/// <summary>What a worker says of itself when it opens its session.</summary>
public sealed record WorkerHello(
    WorkerId Id, string Url, string Device, ByteSize DeviceBytes, string Version, IReadOnlyList<string> NotEnforced)
{
    /// <summary>What its tokens are computed with; an answer goes on only where this is the same.</summary>
    public string Arithmetic { get; init; } = "";
}
