using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Offloading;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>The prompt prefixes that one sandbox computes ahead and keeps.</summary>
internal sealed class SandboxPrefixes(SandboxChannel channel, SandboxSurroundings around, CancellationToken lifetime)
{
    private readonly PrefixBook _book = new();
    private readonly SingleFlight<string, Problem?> _preparing = new(lifetime);

    public IReadOnlyList<KeptPrefix> All => _book.All;

    /// <summary>Null: done. Its adapter must be in the sandbox, and in use, until it is.</summary>
    public Task<Problem?> PrepareAsync(FunctionId function, RevisionRef revision, CancellationToken cancellationToken)
    {
        var name = ArtifactName.Prefix(function, revision.Number).Text;

        return _book.Contains(name)
            ? Task.FromResult<Problem?>(null)
            : _preparing.RunAsync(name, _ => ComputeAsync(name, function, revision), cancellationToken, Urgency.Ahead);
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

    private async Task<Problem?> ComputeAsync(string name, FunctionId function, RevisionRef revision)
    {
        // The sandbox computes it when nothing else runs; one that is given up here would still be computed there.
        var begun = around.Time.GetTimestamp();

        switch (await channel.PreparePrefixAsync(name, revision, lifetime))
        {
            case SandboxReply<PrefixReady>.Done done:
                Digest? adapter = Digest.TryParse(revision.AdapterDigest, out var digest) ? digest : null;
                var size = new ByteSize(Math.Max(0, done.Value.DeviceBytes));
                _book.Add(name, new KeptPrefix(function, revision.Number, adapter, done.Value.Tokens, size));

                if (size > ByteSize.Zero)
                {
                    around.Costs.Observe(ClimbStep.PrefixCompute, size, around.Time.GetElapsedTime(begun));
                }

                around.Changes.Ring();
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
