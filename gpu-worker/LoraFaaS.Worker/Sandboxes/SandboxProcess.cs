using LoraFaaS.Contracts.Identity;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Worker.Isolation;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>A sandbox program that is running and confined, whatever it has been told so far.</summary>
internal sealed class SandboxProcess(SandboxId id, ConfinedProcess process) : IAsyncDisposable
{
    public SandboxId Id { get; } = id;

    public int ProcessId => process.ProcessId;

    public DescriptorStream Stream => process.Stream;

    /// <summary>Completes when the kernel has reaped it: only then are its bytes free.</summary>
    public Task Exited => process.Exited;

    /// <summary>Starts a program and waits until it is confined.</summary>
    /// <exception cref="SandboxStartException">It ended first, or could not be started.</exception>
    public static async Task<SandboxProcess> StartAsync(SandboxId id, SandboxProgram program, ConfinedLauncher launcher, CancellationToken cancellationToken) =>
        new(id, await launcher.StartAsync(id.Value, program.Confined(), cancellationToken));

    /// <summary>What it does that it may not is logged under this name.</summary>
    public void BelongTo(SandboxKey key, SandboxChannel channel) =>
        process.Owner.Become(key.ToString(), () => channel.Functions, () => channel.Turns?.Held);

    /// <summary>At once, and without a word to it.</summary>
    public void Kill() => process.Kill();

    /// <summary>Kills it if it is still there, and waits until it is gone.</summary>
    public ValueTask DisposeAsync() => process.DisposeAsync();
}
