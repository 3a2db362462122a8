using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>Where sandbox processes come from.</summary>
internal interface ISandboxSource
{
    /// <summary>Starts one and waits until it is confined.</summary>
    /// <exception cref="SandboxStartException">It ended first, or could not be started.</exception>
    Task<SandboxProcess> StartAsync(SandboxId id, CancellationToken cancellationToken);
}
