using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Invocations;

/// <summary>Everything an invocation's first token needs, in place and held there until this is disposed.</summary>
internal sealed class LoadedArtifacts(SandboxUse sandbox, AdapterUse? adapter) : IDisposable
{
    public ResidentSandbox Sandbox => sandbox.Sandbox;

    /// <summary>Completes when its adapter is on the sandbox's book, which a first token may come before. Never fails.</summary>
    public Task Arrived => adapter?.Arrived ?? Task.CompletedTask;

    public void Dispose()
    {
        adapter?.Dispose();
        sandbox.Dispose();
    }
}
