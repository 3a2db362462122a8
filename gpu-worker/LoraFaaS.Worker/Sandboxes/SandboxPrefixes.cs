using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;
using LoraFaaS.Policies.Offloading;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Offloading;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>The prompt prefixes that one sandbox computes ahead and keeps. What it has computed is copied to the host, and put back from there when it, or the next of its trust domain, wants it again.</summary>
internal sealed class SandboxPrefixes(ResidentSandbox sandbox, SandboxChannel channel, SandboxSurroundings around, CancellationToken lifetime)
{
    /// <summary>What an image has beside its pages.</summary>
    private const int HeadBytes = 4_096;

    /// <summary>Room is made for a prefix as for an adapter, and may be somebody else's when it is tried again.</summary>
    private const int MaxTries = 3;

    /// <summary>What there were too few pages for is not put back at once: each try waits for the step that runs.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(10);

    private readonly PrefixBook _book = new();
    private readonly SingleFlight<string, Problem?> _preparing = new(lifetime);
    private readonly SingleFlight<PrefixKey, bool> _restoring = new(lifetime);
    private long _fullAt;

    public IReadOnlyList<KeptPrefix> All => _book.All;

    /// <summary>Null: done. Its adapter must be in the sandbox, and in use, until it is.</summary>
    public Task<Problem?> PrepareAsync(FunctionId function, RevisionRef revision, CancellationToken cancellationToken)
    {
        var name = ArtifactName.Prefix(function, revision.Number).Text;

        return _book.Contains(name)
            ? Task.FromResult<Problem?>(null)
            : _preparing.RunAsync(name, token => BringAsync(KeyOf(function, revision), revision, token), cancellationToken, Urgency.Ahead);
    }

    /// <summary>Null: it is here, or nowhere. Ends when it is here, or cannot be.</summary>
    public Task<bool>? RestoreAsync(FunctionId function, RevisionRef revision, CancellationToken cancellationToken)
    {
        var prefix = KeyOf(function, revision);
        return _book.Contains(prefix.Name) || IsFull || around.Prefixes.Choose(prefix) is StorageTier.Remote ? null : BringBackAsync(prefix, revision, Urgency.Live, cancellationToken);
    }

    /// <summary>False when there is none.</summary>
    public async Task<bool> TryDropAsync(FunctionId function, int revision, CancellationToken cancellationToken)
    {
        var name = ArtifactName.Prefix(function, revision).Text;

        if (!_book.TryRemove(name))
        {
            return false;
        }

        await channel.DropPrefixAsync(name, cancellationToken);
        around.Changes.Ring();
        return true;
    }

    /// <summary>The sandbox lets an adapter's prefixes go with it by itself.</summary>
    public void RemoveOf(Digest adapter) => _book.RemoveOf(adapter);

    private PrefixKey KeyOf(FunctionId function, RevisionRef revision) => new(sandbox.Key, function, revision.Number);

    private async Task<Problem?> BringAsync(PrefixKey prefix, RevisionRef revision, CancellationToken cancellationToken) =>
        await BringBackAsync(prefix, revision, Urgency.Ahead, cancellationToken) ? null : await ComputeAsync(prefix, revision);

    private Task<bool> BringBackAsync(PrefixKey prefix, RevisionRef revision, Urgency urgency, CancellationToken cancellationToken) =>
        _restoring.RunAsync(prefix, token => RestoreOnceAsync(prefix, revision, token), cancellationToken, urgency);

    private async Task<bool> RestoreOnceAsync(PrefixKey prefix, RevisionRef revision, CancellationToken cancellationToken)
    {
        if (_book.Contains(prefix.Name))
        {
            return true;
        }

        using var image = await TakeAsync(prefix, cancellationToken);

        if (image is null)
        {
            return false;
        }

        for (var tries = 1; tries <= MaxTries; tries++)
        {
            if (await PutAsync(prefix, revision, image) is { } isPut)
            {
                return isPut;
            }

            if (tries == MaxTries || !await sandbox.TryMakeRoomAsync(image.Image.Length, lifetime))
            {
                break;
            }
        }

        Volatile.Write(ref _fullAt, around.Time.GetTimestamp());
        return false;
    }

    /// <summary>
    /// Null: there is no copy. What is larger than all that the sandbox has is not sent to be refused: room is made while the disk is read, and computing it would want the same.
    /// </summary>
    private async Task<HostPrefix?> TakeAsync(PrefixKey prefix, CancellationToken cancellationToken)
    {
        Task room = around.Prefixes.Look(prefix).Size is var size && size > sandbox.Leased ? sandbox.TryMakeRoomAsync(size.Bytes, lifetime) : Task.CompletedTask;

        try
        {
            return await around.Prefixes.UseAsync(prefix, cancellationToken);
        }
        finally
        {
            // Whatever becomes of it is found out when the prefix is put there.
            await room.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Null: there are too few pages for it.</summary>
    private async Task<bool?> PutAsync(PrefixKey prefix, RevisionRef revision, HostPrefix image)
    {
        var begun = around.Time.GetTimestamp();

        // Once the frame is out the sandbox has it, whoever has given up meanwhile.
        switch (await channel.PreparePrefixAsync(prefix.Name, revision, image.Image, lifetime))
        {
            case SandboxReply<PrefixReady>.Done done:
                around.Costs.Observe(ClimbStep.PrefixRestore, image.About.Size, around.Time.GetElapsedTime(begun));
                Add(prefix, revision, done.Value);
                return true;
            case SandboxReply<PrefixReady>.Refused { Problem.Code: not ErrorCode.NoCapacity }:
                // Of another prompt under the same name, or of other kernels: of no use any more.
                around.Prefixes.DropAbove(prefix, StorageTier.Remote);
                return false;
            case SandboxReply<PrefixReady>.Refused:
                return null;
            default:
                return false;
        }
    }

    private bool IsFull => Volatile.Read(ref _fullAt) is not 0 and var since && around.Time.GetElapsedTime(since) < AskAgainAfter;

    private KeptPrefix Add(PrefixKey prefix, RevisionRef revision, PrefixReady ready)
    {
        Digest? adapter = Digest.TryParse(revision.AdapterDigest, out var digest) ? digest : null;
        var kept = new KeptPrefix(prefix.Function, prefix.Revision, adapter, ready.Tokens, new ByteSize(Math.Clamp(ready.DeviceBytes, 0, sandbox.Leased.Bytes)));
        _book.Add(prefix.Name, kept);
        around.Changes.Ring();
        return kept;
    }

    /// <summary>Where the host has room for it. A sandbox that writes something else there harms its own trust domain alone: nobody else is given it.</summary>
    private async Task SaveAsync(PrefixKey prefix, KeptPrefix kept, TimeSpan computed)
    {
        var bytes = kept.Size + new ByteSize(HeadBytes);

        if (around.Prefixes.TryLease(prefix, bytes) is not { } lease)
        {
            return;
        }

        var isKept = false;

        try
        {
            using var memory = UnsealedMemory.Create("prefix", bytes.Bytes);
            memory.SealLength();

            // Who touches a page first is charged for it: the worker, on whose book it is, and not the sandbox's own limit.
            if (memory.Memory.Advise(MemoryAdvice.PopulateWrite) is not Errno.None)
            {
                memory.Memory.Span(0, checked((int)bytes.Bytes)).Clear();
            }

            if (await channel.SavePrefixAsync(prefix.Name, memory, lifetime) is SandboxReply<PrefixSaved>.Done)
            {
                // Memory that somebody still has mapped to write there cannot be sealed.
                var image = memory.Seal();
                isKept = true;
                around.Prefixes.Keep(new PrefixImage(prefix, kept.Adapter, bytes, computed), image, lease);
            }
        }
        catch (LinuxException)
        {
            // No memory for it, or not given up: it is computed again next time.
        }
        finally
        {
            if (!isKept)
            {
                lease.Dispose();
            }
        }
    }

    private async Task<Problem?> ComputeAsync(PrefixKey prefix, RevisionRef revision)
    {
        // The sandbox computes it when nothing else runs; one that is given up here would still be computed there.
        var begun = around.Time.GetTimestamp();

        switch (await channel.PreparePrefixAsync(prefix.Name, revision, null, lifetime))
        {
            case SandboxReply<PrefixReady>.Done done:
                var kept = Add(prefix, revision, done.Value);

                if (kept.Size > ByteSize.Zero)
                {
                    await SaveAsync(prefix, kept, Learn(kept, done.Value, around.Time.GetElapsedTime(begun)));
                }

                return null;
            case SandboxReply<PrefixReady>.Refused refused:
                return refused.Problem;
            case SandboxReply<PrefixReady>.Lost:
                return new Problem(ErrorCode.SandboxLost, "The sandbox ended while a prefix was being prepared.");
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>What computing it takes. After a call of its function it is found in the sandbox's cache, and ready at once: that is no measure.</summary>
    private TimeSpan Learn(KeptPrefix kept, PrefixReady ready, TimeSpan took)
    {
        if (PrefixReturnPolicy.ComputeOf(took, ready.Tokens, ready.CachedTokens) is not { } computed)
        {
            return around.Costs.Expect(ClimbStep.PrefixCompute, kept.Size);
        }

        around.Costs.Observe(ClimbStep.PrefixCompute, kept.Size, computed);
        return computed;
    }
}
