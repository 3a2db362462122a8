using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Offloading;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Offloading;

/// <summary>
/// The last resort of a full host: backbones that nothing runs on leave, with the idle sandboxes that map them, and are packed again from their folder
/// when they are next called. Asked only when every adapter that could leave has left; one whose sandbox runs a sequence, or is being started, stays.
/// </summary>
internal sealed partial class BackboneRoom(ArtifactRates rates, TierCosts costs, IOptions<WorkerOptions> options, ILogger<BackboneRoom> logger) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private BackboneStore? _backbones;
    private IDeviceTenants? _tenants;

    public void Serve(BackboneStore backbones, IDeviceTenants tenants) => (_backbones, _tenants) = (backbones, tenants);

    /// <summary>True: something left. What would not suffice does not leave.</summary>
    /// <param name="need">Bytes that are missing.</param>
    /// <param name="keep">The backbone for whose sake room is made.</param>
    /// <param name="cancellationToken">Ends the making of room; what has left stays away.</param>
    public async Task<bool> TryFreeAsync(ByteSize need, Digest keep, CancellationToken cancellationToken)
    {
        if (options.Value.Offloading is OffloadMode.None || _backbones is not { } backbones || _tenants is not { } tenants)
        {
            return false;
        }

        await _one.WaitAsync(cancellationToken);

        try
        {
            var idle = Idle(backbones, tenants, keep);
            var hasLeft = false;

            foreach (var id in OffloadPolicy.Choose([.. idle.Select(entry => entry.Candidate)], need.Bytes))
            {
                hasLeft |= await LetGoAsync(backbones, tenants, idle[id].Digest, cancellationToken);
            }

            return hasLeft;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private List<(Digest Digest, OffloadCandidate Candidate)> Idle(BackboneStore backbones, IDeviceTenants tenants, Digest keep)
    {
        var resident = tenants.Resident;
        List<(Digest, OffloadCandidate)> idle = [];

        foreach (var (digest, size) in backbones.Inventory)
        {
            var users = resident.Where(sandbox => sandbox.Key.Backbone == digest).ToList();

            if (digest != keep && users.TrueForAll(sandbox => sandbox.Uses.IdleFor is not null))
            {
                var rest = users.Count == 0 ? TimeSpan.MaxValue : users.Min(sandbox => sandbox.Uses.IdleFor ?? TimeSpan.Zero);
                var saved = costs.Expect(ClimbStep.BackbonePack, size);
                idle.Add((digest, new OffloadCandidate(idle.Count, ArtifactKind.Backbone, size.Bytes, rates.Of(ArtifactName.Backbone(digest)), saved, rest)));
            }
        }

        return idle;
    }

    private async Task<bool> LetGoAsync(BackboneStore backbones, IDeviceTenants tenants, Digest digest, CancellationToken cancellationToken)
    {
        foreach (var sandbox in tenants.Resident.Where(sandbox => sandbox.Key.Backbone == digest))
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Somebody has called it since we looked: it stays, and so does the backbone.
            if (!await tenants.TryStopAsync(sandbox))
            {
                return false;
            }
        }

        if (!await backbones.TryOffloadAsync(digest))
        {
            return false;
        }

        LogLeft(digest);
        return true;
    }

    [LoggerMessage(3262, LogLevel.Information, "Backbone {Backbone}, which nothing runs on, made room in host memory; its next call packs it again")]
    private partial void LogLeft(Digest backbone);
}
