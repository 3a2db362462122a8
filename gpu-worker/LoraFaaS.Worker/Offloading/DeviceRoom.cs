using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Offloading;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Offloading;

/// <summary>
/// Makes room on the device, one request after the other: extents that a sandbox holds and does not use, then what is worth least by the byte among
/// adapters, prefixes and whole sandboxes that nothing runs on. What runs keeps what it has: where the rest does not suffice, nothing leaves and the
/// request is refused.
/// </summary>
internal sealed class DeviceRoom(
    DeviceLedger ledger, ArtifactRates rates, TierCosts costs, PrefixTiers prefixes, IEvictionCharges charges, IOptions<WorkerOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>Pages are freed singly and extents leave whole: what was freed may not add up at once.</summary>
    private const int MaxRounds = 4;

    /// <summary>A sandbox answers between two steps; one that does not is hung and must not hold up the others.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly WorkerOptions _options = options.Value;
    private IDeviceTenants? _tenants;
    private Dictionary<SandboxId, long> _needed = [];

    public void Serve(IDeviceTenants tenants) => _tenants = tenants;

    /// <summary>A new owner's first bytes.</summary>
    public async Task<LeaseOutcome> LeaseAsync(string owner, TrustDomain causer, ByteSize size, CancellationToken cancellationToken)
    {
        var outcome = ledger.TryLease(owner, size);

        if (outcome is LeaseOutcome.Granted)
        {
            return outcome;
        }

        await _one.WaitAsync(cancellationToken);

        try
        {
            for (var round = 0; round < MaxRounds; round++)
            {
                outcome = ledger.TryLease(owner, size);

                if (outcome is LeaseOutcome.Granted || !await FreeAsync(size - Least(ledger.Free, size), null, causer, cancellationToken))
                {
                    return outcome;
                }
            }

            return ledger.TryLease(owner, size);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>
    /// More for a sandbox that runs short, up to what one sandbox may have; less than asked where there is no more. True: it has more than before. What a killed sandbox still
    /// holds is waited for where there is nothing else: its bytes are as good as free, and a refusal would fail a call for want of them.
    /// </summary>
    /// <param name="sandbox">Who runs short.</param>
    /// <param name="wanted">Bytes it would have then.</param>
    /// <param name="cancellationToken">The sandbox's end, or the deadline of who asks; while it waits nobody else is kept from asking.</param>
    public async Task<bool> GrowAsync(ResidentSandbox sandbox, ByteSize wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            // Looked at first: one that lets go just after the refusal is among them.
            var ending = _tenants?.Ending ?? [];

            if (await GrowOnceAsync(sandbox, wanted, cancellationToken))
            {
                return true;
            }

            if (ending.Count == 0 || sandbox.IsOver || Missing(sandbox, wanted).Bytes == 0)
            {
                return false;
            }

            await Task.WhenAll(ending).WaitAsync(cancellationToken);
        }
    }

    private ByteSize Missing(ResidentSandbox sandbox, ByteSize wanted)
    {
        var target = Least(wanted, _options.SandboxBytes);
        return target - Least(sandbox.Leased, target);
    }

    private async Task<bool> GrowOnceAsync(ResidentSandbox sandbox, ByteSize wanted, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);

        try
        {
            var missing = Missing(sandbox, wanted);

            if (missing.Bytes == 0)
            {
                return false;
            }

            for (var round = 0; round < MaxRounds && ledger.Free < missing; round++)
            {
                if (!await FreeAsync(missing - Least(ledger.Free, missing), sandbox, sandbox.Key.TrustDomain, cancellationToken))
                {
                    break;
                }
            }

            var size = sandbox.Leased + Least(missing, new ByteSize(ledger.Free.Bytes / DeviceLedger.Extent.Bytes * DeviceLedger.Extent.Bytes));
            return size > sandbox.Leased && await sandbox.TryGrowAsync(size, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Pages within one sandbox that may have no more: of its own, what is worth least. True: something left.</summary>
    public async Task<bool> MakeRoomWithinAsync(ResidentSandbox sandbox, ByteSize need, CancellationToken cancellationToken)
    {
        if (_options.Offloading is OffloadMode.None)
        {
            return false;
        }

        var tenants = Tenants([sandbox]).Where(tenant => tenant.Candidate.Kind is not ArtifactKind.Sandbox).ToList();
        var most = tenants.Sum(tenant => tenant.Candidate.Bytes);
        var chosen = OffloadPolicy.Choose([.. tenants.Select(tenant => tenant.Candidate with { Container = null })], Math.Min(need.Bytes, most));
        var left = false;

        foreach (var id in chosen)
        {
            left |= await LetGoAsync(tenants.First(tenant => tenant.Candidate.Id == id), sandbox.Key.TrustDomain, cancellationToken);
        }

        return left;
    }

    /// <summary>Brings the device below its high-water mark, as far as nothing that runs stands in the way.</summary>
    public async Task KeepBelowAsync(HighWaterMark mark, CancellationToken cancellationToken)
    {
        if (_options.Offloading is not OffloadMode.Density)
        {
            return;
        }

        await _one.WaitAsync(cancellationToken);

        try
        {
            if (mark.Need(ledger.Used.Bytes, ledger.Capacity.Bytes) is > 0 and var need)
            {
                await FreeAsync(new ByteSize(need), null, null, cancellationToken);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Takes back extents that a sandbox has not needed for two looks in a row, so that leased bytes are bytes in use.</summary>
    public async Task TrimAsync(CancellationToken cancellationToken)
    {
        if (_options.Offloading is not OffloadMode.Density || _tenants is null)
        {
            return;
        }

        await _one.WaitAsync(cancellationToken);

        try
        {
            var seen = new Dictionary<SandboxId, long>();

            foreach (var sandbox in _tenants.Resident)
            {
                var needed = sandbox.Needed.Bytes;
                var most = Math.Max(needed, _needed.GetValueOrDefault(sandbox.Id, sandbox.Leased.Bytes));
                var target = SandboxLease.WholeExtents(Math.Max(1, most));
                seen[sandbox.Id] = needed;

                if (sandbox.Leased.Bytes > target)
                {
                    await sandbox.ShrinkAsync(new ByteSize(target), cancellationToken);
                }
            }

            _needed = seen;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>True: the ledger has more free than before, or the beneficiary's own pages.</summary>
    private async Task<bool> FreeAsync(ByteSize need, ResidentSandbox? beneficiary, TrustDomain? causer, CancellationToken cancellationToken)
    {
        if (_options.Offloading is OffloadMode.None || _tenants is null)
        {
            return false;
        }

        var others = _tenants.Resident.Where(sandbox => sandbox != beneficiary).ToList();

        if (_options.Offloading is OffloadMode.Oldest)
        {
            var idle = others.Where(sandbox => sandbox.Uses.IdleFor is not null).MaxBy(sandbox => sandbox.Uses.IdleFor);
            return idle is not null && await LetGoAsync(Tenants([idle])[0], causer, cancellationToken);
        }

        var before = ledger.Free;
        need -= Least(await TakeSlackAsync(others, need, cancellationToken), need);

        if (need.Bytes == 0)
        {
            return true;
        }

        var tenants = Tenants(others);
        var chosen = OffloadPolicy.Choose([.. tenants.Select(tenant => tenant.Candidate)], need.Bytes);
        var emptied = new Dictionary<ResidentSandbox, long>();

        foreach (var tenant in chosen.Select(id => tenants.First(tenant => tenant.Candidate.Id == id)))
        {
            if (await LetGoAsync(tenant, causer, cancellationToken) && tenant.Candidate.Kind is not ArtifactKind.Sandbox)
            {
                emptied[tenant.Sandbox] = emptied.GetValueOrDefault(tenant.Sandbox) + tenant.Candidate.Bytes;
            }
        }

        foreach (var (sandbox, bytes) in emptied)
        {
            // Whole extents leave; the part of one that is left over stays as slack, and the next round finds it.
            await sandbox.ShrinkAsync(new ByteSize(Math.Max(_options.FirstLeaseBytes.Bytes, sandbox.Leased.Bytes - bytes)), cancellationToken);
        }

        return ledger.Free > before;
    }

    /// <summary>Extents without a page in use, from the longest idle on. Answers what came of it.</summary>
    private async Task<ByteSize> TakeSlackAsync(List<ResidentSandbox> sandboxes, ByteSize need, CancellationToken cancellationToken)
    {
        long taken = 0;

        foreach (var sandbox in sandboxes.OrderByDescending(sandbox => sandbox.Uses.IdleFor ?? TimeSpan.MinValue))
        {
            if (taken >= need.Bytes)
            {
                break;
            }

            var slack = Math.Min(sandbox.Slack.Bytes, sandbox.Leased.Bytes - _options.FirstLeaseBytes.Bytes) / DeviceLedger.Extent.Bytes * DeviceLedger.Extent.Bytes;

            if (slack > 0)
            {
                var wanted = Math.Min(slack, (need.Bytes - taken + DeviceLedger.Extent.Bytes - 1) / DeviceLedger.Extent.Bytes * DeviceLedger.Extent.Bytes);
                taken += (await sandbox.ShrinkAsync(new ByteSize(sandbox.Leased.Bytes - wanted), cancellationToken)).Bytes;
            }
        }

        return new ByteSize(taken);
    }

    private async Task<bool> LetGoAsync(DeviceTenant tenant, TrustDomain? causer, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(AnswerLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        bool hasLeft;

        try
        {
            hasLeft = tenant switch
            {
                { Prefix: { } prefix } => await tenant.Sandbox.TryDropPrefixAsync(prefix.Function, prefix.Revision, either.Token),
                { Adapter: { } adapter } => await tenant.Sandbox.TryOffloadAsync(adapter, either.Token),
                _ => await _tenants!.TryStopAsync(tenant.Sandbox),
            };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Told, and it has not answered: it goes in its own time, if at all.
            return false;
        }

        if (hasLeft)
        {
            charges.Charge(new Eviction(causer, tenant.Sandbox.Key.TrustDomain, tenant.Candidate.Kind, new ByteSize(tenant.Candidate.Bytes), tenant.Candidate.Saved));
        }

        return hasLeft;
    }

    /// <summary>Everything that nothing runs on; a sandbox comes before what it holds.</summary>
    private List<DeviceTenant> Tenants(IReadOnlyList<ResidentSandbox> sandboxes)
    {
        var tenants = new List<DeviceTenant>();

        foreach (var sandbox in sandboxes)
        {
            int? container = null;

            if (sandbox.Uses.IdleFor is { } idle)
            {
                container = tenants.Count;
                var saved = costs.Expect(ClimbStep.SandboxStart, sandbox.Leased);
                tenants.Add(new DeviceTenant(
                    new OffloadCandidate(tenants.Count, ArtifactKind.Sandbox, sandbox.Leased.Bytes, rates.Of(ArtifactName.Sandbox(sandbox.Key)), saved, idle), sandbox, null, null));
            }

            AddContents(tenants, sandbox, container);
        }

        return tenants;
    }

    private void AddContents(List<DeviceTenant> tenants, ResidentSandbox sandbox, int? container)
    {
        foreach (var (digest, size, idle) in sandbox.IdleAdapters)
        {
            var rate = rates.Of(ArtifactName.Adapter(digest));
            tenants.Add(new DeviceTenant(
                new OffloadCandidate(tenants.Count, ArtifactKind.Adapter, size.Bytes, rate, costs.Expect(ClimbStep.HostToDevice, size), idle, container), sandbox, digest, null));
        }

        foreach (var prefix in sandbox.Prefixes)
        {
            var rate = rates.Of(ArtifactName.Prefix(prefix.Function, prefix.Revision));
            var saved = prefixes.WaitFor(new PrefixKey(sandbox.Key, prefix.Function, prefix.Revision), prefix.Size);
            tenants.Add(new DeviceTenant(
                new OffloadCandidate(tenants.Count, ArtifactKind.Prefix, prefix.Size.Bytes, rate, saved, TimeSpan.Zero, container),
                sandbox, prefix.Adapter, prefix));
        }
    }

    private static ByteSize Least(ByteSize one, ByteSize other) => one < other ? one : other;
}
