using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Offloading;

/// <summary>Who has device memory, as those who make room see it.</summary>
internal interface IDeviceTenants
{
    IReadOnlyList<ResidentSandbox> Resident { get; }

    /// <summary>The ends, yet to come, of those that are over: each completes when its bytes are back in the ledger, which the kernel decides for one that was killed.</summary>
    IReadOnlyList<Task> Ending { get; }

    /// <summary>False: somebody uses it.</summary>
    Task<bool> TryStopAsync(ResidentSandbox sandbox);
}
