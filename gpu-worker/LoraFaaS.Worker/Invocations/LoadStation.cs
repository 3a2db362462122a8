using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Outcomes;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Invocations;

/// <summary>Brings what an invocation needs to the device, from wherever it is: backbone, sandbox, adapter. Almost always it is there.</summary>
internal sealed class LoadStation(SandboxSupervisor supervisor, LiveDemand demand, ResidencyNotes notes, TimeProvider time)
{
    public async Task<Loading<LoadedArtifacts>> LoadAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        invocation.Stage = InvocationStage.Sandbox;
        var begun = time.GetTimestamp();

        switch (await WaitAsync(supervisor.UseAsync(invocation.Sandbox, cancellationToken), invocation))
        {
            case Loading<SandboxUse>.Ready ready:
                Account(invocation, ready.Value, time.GetElapsedTime(begun));
                return await LoadAdapterAsync(invocation, ready.Value, cancellationToken);
            case Loading<SandboxUse>.Failed failed:
                return new Loading<LoadedArtifacts>.Failed(failed.Problem);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<Loading<LoadedArtifacts>> LoadAdapterAsync(Invocation invocation, SandboxUse sandbox, CancellationToken cancellationToken)
    {
        if (invocation.Adapter is not { } adapter)
        {
            invocation.AdapterTier = StorageTier.Device;
            return new Loading<LoadedArtifacts>.Ready(new LoadedArtifacts(sandbox, null));
        }

        invocation.Stage = InvocationStage.Adapter;
        var begun = time.GetTimestamp();

        try
        {
            switch (await WaitAsync(sandbox.Sandbox.UseAdapterAsync(adapter, invocation.Revision.AdapterBytes, cancellationToken), invocation))
            {
                case Loading<AdapterUse>.Ready ready:
                    invocation.AdapterTime = time.GetElapsedTime(begun);
                    invocation.AdapterTier = ready.Value.FoundAt;
                    return new Loading<LoadedArtifacts>.Ready(new LoadedArtifacts(sandbox, ready.Value));
                case Loading<AdapterUse>.Failed failed:
                    sandbox.Dispose();
                    return new Loading<LoadedArtifacts>.Failed(failed.Problem);
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }

    /// <summary>What is there is had at once; whoever has to wait says so, and what is loaded ahead of need gives way.</summary>
    private async Task<T> WaitAsync<T>(Task<T> loading, Invocation invocation)
    {
        if (loading.IsCompleted)
        {
            return await loading;
        }

        var reason = $"an invocation of {invocation.Function}";
        notes.Because(ArtifactName.Sandbox(invocation.Sandbox), reason);

        if (invocation.Adapter is { } adapter)
        {
            notes.Because(ArtifactName.Adapter(adapter), reason);
        }

        using (demand.Begin())
        {
            return await loading;
        }
    }

    /// <summary>The waiter's own time, split as the sandbox told: it may have come when the start was half done.</summary>
    private static void Account(Invocation invocation, SandboxUse use, TimeSpan waited)
    {
        invocation.SandboxWasWarm = use.WasWarm;

        if (use.WasWarm)
        {
            return;
        }

        var times = use.Sandbox.Times;
        invocation.MapTime = Min(times.Map, waited);
        invocation.KernelTime = Min(times.Kernels, waited - invocation.MapTime);
        invocation.SandboxTime = waited - invocation.MapTime - invocation.KernelTime;
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
