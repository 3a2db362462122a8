using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Offloading;

/// <summary>Who has device memory, as those who make room see it.</summary>
internal interface IDeviceTenants
{
    IReadOnlyList<ResidentSandbox> Resident { get; }

    /// <summary>False: somebody uses it.</summary>
    Task<bool> TryStopAsync(ResidentSandbox sandbox);
}
