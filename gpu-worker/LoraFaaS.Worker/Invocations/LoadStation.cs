using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Offloading;
using LoraFaaS.Worker.Outcomes;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Worker.Invocations;

/// <summary>Brings what an invocation needs to the device, from wherever it is: backbone, sandbox, adapter, and what its prompt begins with where there is a copy. Almost always it is there.</summary>
internal sealed class LoadStation(SandboxSupervisor supervisor, AdapterHostCache host, PrefixTiers prefixes, LiveDemand demand, ColdInvocations cold, ResidencyNotes notes, ArtifactRates rates, MemoryReserve reserve, TimeProvider time)
{
    public async Task<Loading<LoadedArtifacts>> LoadAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        Count(invocation);
        invocation.Stage = InvocationStage.Sandbox;
        var begun = time.GetTimestamp();

        // Before the blank is taken: the next one's start is not to be quicker than this word.
        if (!supervisor.IsResident(invocation.Sandbox))
        {
            BeginCold(invocation, opens: true);
        }

        var prefix = new PrefixKey(invocation.Sandbox, invocation.Function, invocation.Revision.Number);
        (invocation.PrefixTier, invocation.PrefixSize) = prefixes.Look(prefix);
        var sandbox = supervisor.UseAsync(invocation.Sandbox, cancellationToken, adapter: invocation.Adapter is null ? ByteSize.Zero : new ByteSize(invocation.Revision.AdapterBytes));

        if (sandbox.IsCompleted)
        {
            return await LoadAsync(invocation, sandbox, begun, null, cancellationToken);
        }

        // A sandbox that is not there yet has no need of the disk: its adapter comes as far as the host meanwhile, and its prompt's beginning.
        var needed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var draft = new DraftOffer();
        var ahead = invocation.Adapter is { } adapter
            ? host.EnsureAsync(new AdapterKey(adapter, invocation.Sandbox.Backbone), invocation.Revision.AdapterBytes, needed.Token, offer: draft)
            : null;
        var expected = prefixes.ExpectAsync(prefix, needed.Token);
        Loading<LoadedArtifacts>? loading = null;

        try
        {
            loading = await LoadAsync(invocation, sandbox, begun, ahead is null ? null : new AdapterAhead(ahead, draft), cancellationToken);
            return loading;
        }
        finally
        {
            draft.Decline();
            var ending = EndAheadAsync(needed, ahead, expected);

            // The prompt does not wait until nobody waits for the host any more: it has what it needs.
            if (loading is Loading<LoadedArtifacts>.Ready ready)
            {
                ready.Value.EndsWith(ending);
            }
            else
            {
                await ending;
            }
        }
    }

    /// <summary>Nobody waits any more for what was brought to the host meanwhile. Never fails.</summary>
    private static async Task EndAheadAsync(CancellationTokenSource needed, Task<Loading<HostAdapter>>? ahead, Task expected)
    {
        using (needed)
        {
            await needed.CancelAsync();
            await (ahead?.ContinueWith(End, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default) ?? Task.CompletedTask);
            await expected.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The sandbox has it, or will not: what became of it on the host is told by whoever needs it there.</summary>
    private static void End(Task<Loading<HostAdapter>> ahead)
    {
        if (ahead.IsCompletedSuccessfully && ahead.Result is Loading<HostAdapter>.Ready ready)
        {
            ready.Value.Dispose();
        }
    }

    private async Task<Loading<LoadedArtifacts>> LoadAsync(
        Invocation invocation, Task<Loading<SandboxUse>> sandbox, long begun, AdapterAhead? ahead, CancellationToken cancellationToken)
    {
        switch (await WaitAsync(sandbox, invocation))
        {
            case Loading<SandboxUse>.Ready ready:
                Account(invocation, ready.Value, time.GetElapsedTime(begun));
                return await RestoreAsync(invocation, await LoadAdapterAsync(invocation, ready.Value, ahead, cancellationToken), cancellationToken);
            case Loading<SandboxUse>.Failed failed:
                return new Loading<LoadedArtifacts>.Failed(failed.Problem);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<Loading<LoadedArtifacts>> LoadAdapterAsync(
        Invocation invocation, SandboxUse sandbox, AdapterAhead? ahead, CancellationToken cancellationToken)
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
            // A blank's first prompt is alone in its sandbox: it may begin on what is there of its adapter.
            var draft = ahead is null ? null : await WaitAsync(ahead.BeginsAsync(), invocation);

            // What cannot be had is told once, and not asked for again.
            if (draft is null && ahead is not null && await ahead.Whole is Loading<HostAdapter>.Failed missing)
            {
                sandbox.Dispose();
                return new Loading<LoadedArtifacts>.Failed(missing.Problem);
            }

            var use = draft is null
                ? sandbox.Sandbox.UseAdapterAsync(adapter, invocation.Revision.AdapterBytes, cancellationToken)
                : sandbox.Sandbox.UseArrivingAsync(adapter, invocation.Revision.AdapterBytes, draft, cancellationToken);

            switch (await WaitAsync(use, invocation))
            {
                case Loading<AdapterUse>.Ready ready:
                    invocation.AdapterTime = time.GetElapsedTime(begun);
                    invocation.BeganOnArriving = !ready.Value.Arrived.IsCompleted;
                    invocation.AdapterTier = await FoundAtAsync(ready.Value, ahead?.Whole);
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

    /// <summary>What all prompts of the revision begin with was computed before, in these pages or in a sandbox's that is gone: it is copied back before the generation looks for it.</summary>
    private async Task<Loading<LoadedArtifacts>> RestoreAsync(Invocation invocation, Loading<LoadedArtifacts> loading, CancellationToken cancellationToken)
    {
        if (loading is not Loading<LoadedArtifacts>.Ready { Value: var loaded }
            || loaded.Sandbox.RestorePrefixAsync(invocation.Function, invocation.Revision, cancellationToken) is not { } restoring)
        {
            return loading;
        }

        var begun = time.GetTimestamp();

        try
        {
            invocation.PrefixWasRestored = await WaitAsync(restoring, invocation);
            invocation.RestoreTime = time.GetElapsedTime(begun);
            return loading;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The sandbox is gone: the generation finds that out, and is told so.
            return loading;
        }
        catch
        {
            await loaded.DisposeAsync();
            throw;
        }
    }

    /// <summary>What was brought to the host for this invocation was found where that began.</summary>
    private static async Task<StorageTier> FoundAtAsync(AdapterUse use, Task<Loading<HostAdapter>>? ahead)
    {
        if (use.FoundAt is not StorageTier.Host || ahead is null)
        {
            return use.FoundAt;
        }

        // It has landed, and its own waiter may not have been told yet. Never throws.
        await Task.WhenAny(ahead);
        return ahead is { IsCompletedSuccessfully: true, Result: Loading<HostAdapter>.Ready { Value.FoundAt: var found } } ? found : use.FoundAt;
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

        BeginCold(invocation, opens: false);
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

    /// <summary>From here until its first token the machine is kept from what can wait.</summary>
    private void BeginCold(Invocation invocation, bool opens)
    {
        if (invocation.Cold is null)
        {
            invocation.Cold = cold.Begin();
            reserve.Spend(new ByteSize(invocation.Revision.AdapterBytes), opens);
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
