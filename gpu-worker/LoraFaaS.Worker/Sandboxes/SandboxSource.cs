using LoraFaaS.Contracts.Identity;
using LoraFaaS.Worker.Isolation;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>Processes of the sandbox program, confined, each given what it rehearses with.</summary>
internal sealed class SandboxSource(SandboxProgram program, ConfinedLauncher launcher, RehearsalStage stage) : ISandboxSource
{
    public Task<SandboxProcess> StartAsync(SandboxId id, CancellationToken cancellationToken) => SandboxProcess.StartAsync(id, program, launcher, stage, cancellationToken);
}
