using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Invocations;

/// <summary>Everything an invocation's first token needs, in place and held there until this is disposed.</summary>
internal sealed class LoadedArtifacts(SandboxUse sandbox, AdapterUse? adapter) : IAsyncDisposable
{
    private Task _ending = Task.CompletedTask;

    public ResidentSandbox Sandbox => sandbox.Sandbox;

    /// <summary>Completes when its adapter is on the sandbox's book, which a first token may come before. Never fails.</summary>
    public Task Arrived => adapter?.Arrived ?? Task.CompletedTask;

    /// <summary>What of their load has still to be ended is ended when these are. <paramref name="ending"/> never fails.</summary>
    public void EndsWith(Task ending) => _ending = ending;

    public async ValueTask DisposeAsync()
    {
        adapter?.Dispose();
        sandbox.Dispose();
        await _ending;
    }
}
