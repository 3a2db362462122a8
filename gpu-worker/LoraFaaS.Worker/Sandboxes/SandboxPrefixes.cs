using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Native;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Offloading;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>The prompt prefixes that one sandbox computes ahead and keeps. What it has computed is copied to the host, and put back from there when it, or the next of its trust domain, wants it again.</summary>
internal sealed class SandboxPrefixes(SandboxKey key, SandboxChannel channel, SandboxSurroundings around, CancellationToken lifetime)
{
    /// <summary>What an image has beside its pages.</summary>
    private const int HeadBytes = 4_096;

    /// <summary>What there were too few pages for is not put back at once: each try waits for the step that runs.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(10);

    private readonly PrefixBook _book = new();
    private readonly SingleFlight<string, Problem?> _preparing = new(lifetime);
    private readonly SingleFlight<string, bool> _restoring = new(lifetime);
    private long _fullAt;

    public IReadOnlyList<KeptPrefix> All => _book.All;

    /// <summary>Null: done. Its adapter must be in the sandbox, and in use, until it is.</summary>
    public Task<Problem?> PrepareAsync(FunctionId function, RevisionRef revision, CancellationToken cancellationToken)
    {
        var name = ArtifactName.Prefix(function, revision.Number).Text;

        return _book.Contains(name)
            ? Task.FromResult<Problem?>(null)
            : _preparing.RunAsync(name, _ => BringAsync(name, function, revision), cancellationToken, Urgency.Ahead);
    }

    /// <summary>Null: it is here, or nowhere. Ends when it is here, or cannot be.</summary>
    public Task<bool>? RestoreAsync(FunctionId function, RevisionRef revision, CancellationToken cancellationToken)
    {
        var name = ArtifactName.Prefix(function, revision.Number).Text;
        return !around.Prefixes.Contains(key, name) || _book.Contains(name) || IsFull ? null : BringBackAsync(name, function, revision, cancellationToken);
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

    private async Task<Problem?> BringAsync(string name, FunctionId function, RevisionRef revision) =>
        await BringBackAsync(name, function, revision, lifetime) ? null : await ComputeAsync(name, function, revision);

    private Task<bool> BringBackAsync(string name, FunctionId function, RevisionRef revision, CancellationToken cancellationToken) =>
        _restoring.RunAsync(name, _ => RestoreOnceAsync(name, function, revision), cancellationToken);

    private async Task<bool> RestoreOnceAsync(string name, FunctionId function, RevisionRef revision)
    {
        if (_book.Contains(name))
        {
            return true;
        }

        using var image = around.Prefixes.TryUse(key, name);

        if (image is null)
        {
            return false;
        }

        switch (await channel.PreparePrefixAsync(name, revision, image.Image, lifetime))
        {
            case SandboxReply<PrefixReady>.Done done:
                Add(name, function, revision, done.Value);
                return true;
            case SandboxReply<PrefixReady>.Refused { Problem.Code: not ErrorCode.NoCapacity }:
                // Of another prompt under the same name, or of other kernels: of no use any more.
                image.Dispose();
                around.Prefixes.Drop(key, name);
                return false;
            case SandboxReply<PrefixReady>.Refused:
                Volatile.Write(ref _fullAt, around.Time.GetTimestamp());
                return false;
            default:
                return false;
        }
    }

    private bool IsFull => Volatile.Read(ref _fullAt) is not 0 and var since && around.Time.GetElapsedTime(since) < AskAgainAfter;

    private ByteSize Add(string name, FunctionId function, RevisionRef revision, PrefixReady ready)
    {
        Digest? adapter = Digest.TryParse(revision.AdapterDigest, out var digest) ? digest : null;
        var size = new ByteSize(Math.Max(0, ready.DeviceBytes));
        _book.Add(name, new KeptPrefix(function, revision.Number, adapter, ready.Tokens, size));
        around.Changes.Ring();
        return size;
    }

    /// <summary>Where the host has room for it. A sandbox that writes something else there harms its own trust domain alone: nobody else is given it.</summary>
    private async Task SaveAsync(string name, ByteSize size)
    {
        var bytes = size + new ByteSize(HeadBytes);

        if (around.Prefixes.Contains(key, name) || around.Prefixes.TryLease(name, bytes) is not { } lease)
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

            if (await channel.SavePrefixAsync(name, memory, lifetime) is SandboxReply<PrefixSaved>.Done)
            {
                // Memory that somebody still has mapped to write there cannot be sealed.
                var image = memory.Seal();
                around.Prefixes.Add(key, name, image, lease);
                isKept = true;
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

    private async Task<Problem?> ComputeAsync(string name, FunctionId function, RevisionRef revision)
    {
        // The sandbox computes it when nothing else runs; one that is given up here would still be computed there.
        var begun = around.Time.GetTimestamp();

        switch (await channel.PreparePrefixAsync(name, revision, null, lifetime))
        {
            case SandboxReply<PrefixReady>.Done done:
                var size = Add(name, function, revision, done.Value);

                if (size > ByteSize.Zero)
                {
                    around.Costs.Observe(ClimbStep.PrefixCompute, size, around.Time.GetElapsedTime(begun));
                    await SaveAsync(name, size);
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
}
