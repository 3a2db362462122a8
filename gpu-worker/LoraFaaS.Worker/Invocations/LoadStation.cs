using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Offloading;
using LoraFaaS.Worker.Outcomes;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Invocations;

/// <summary>Brings what an invocation needs to the device, from wherever it is: backbone, sandbox, adapter. Almost always it is there.</summary>
internal sealed class LoadStation(SandboxSupervisor supervisor, LiveDemand demand, ColdInvocations cold, ResidencyNotes notes, ArtifactRates rates, TimeProvider time)
{
    public async Task<Loading<LoadedArtifacts>> LoadAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        Count(invocation);
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

    private void Count(Invocation invocation)
    {
        rates.Observe(ArtifactName.Sandbox(invocation.Sandbox));
        rates.Observe(ArtifactName.Backbone(invocation.Sandbox.Backbone));
        rates.Observe(ArtifactName.Prefix(invocation.Function, invocation.Revision.Number));

        if (invocation.Adapter is { } adapter)
        {
            rates.Observe(ArtifactName.Adapter(adapter));
        }
    }

    /// <summary>What is there is had at once; whoever has to wait says so, and what is loaded ahead of need gives way.</summary>
    private async Task<T> WaitAsync<T>(Task<T> loading, Invocation invocation)
    {
        if (loading.IsCompleted)
        {
            return await loading;
        }

        invocation.Cold ??= cold.Begin();
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

    private static void Account(Invocation invocation, SandboxUse use, TimeSpan waited)
    {
        var account = use.Account(waited);
        invocation.SandboxWasWarm = use.WasWarm;
        invocation.BackboneTier = (StorageTier)account.BackboneTier;
        invocation.MapTime = TimeSpan.FromMilliseconds(account.MapMs);
        invocation.KernelTime = TimeSpan.FromMilliseconds(account.KernelsMs);
        invocation.SandboxTime = TimeSpan.FromMilliseconds(account.SandboxMs);
    }
}
