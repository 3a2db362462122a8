using LoraFaaS.Contracts.Identity;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Rehearsals;

/// <summary>Sandboxes that are no processes: <see cref="PlayedSandbox"/> at the other end of each stream.</summary>
internal sealed class PlayedSandboxes : ISandboxSource
{
    public Task<SandboxProcess> StartAsync(SandboxId id, CancellationToken cancellationToken)
    {
        var (worker, sandbox) = SocketPair.Create();
        return Task.FromResult(new SandboxProcess(id, new PlayedSandbox(DescriptorStream.Of(worker, maxPending: 0), DescriptorStream.Of(sandbox, PlayedSandbox.MaxPending)), overheadBytes: 0));
    }
}
