using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Controller.Api;

/// <summary>What <c>?usage=1</c> shows: compute time of the running hour as millicores, and the adapter's bytes in workers' memory.</summary>
internal sealed class UsageMeter(IUsageStore usage, IWarmStateStore warm, TimeProvider time)
{
    public async Task<FunctionUsage> ReadAsync(FunctionRecord function, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        var elapsed = Math.Max((now - hour).TotalMilliseconds, TimeSpan.FromMinutes(1).TotalMilliseconds);
        var sums = await usage.SumAsync(hour, now, cancellationToken);
        var busy = sums.Where(sum => sum.Function == function.Id).Sum(sum => sum.PrefillMs + sum.DecodeMs);

        return new FunctionUsage(Math.Round(busy / elapsed * 1_000, 1), await ResidentBytesAsync(function.Current, cancellationToken));
    }

    private async Task<double> ResidentBytesAsync(FunctionRevision revision, CancellationToken cancellationToken)
    {
        if (revision.AdapterDigest is not { } adapter)
        {
            return 0;
        }

        var workers = await warm.ListWorkersAsync(cancellationToken);

        return workers.SelectMany(worker => worker.Resident)
            .Where(resident => resident.Digest == adapter && IsHeld(resident, revision.TrustDomain))
            .Sum(resident => resident.Bytes);
    }

    private static bool IsHeld(ResidentState resident, TrustDomain domain) =>
        resident.Tier >= StorageTier.Host && (resident.TrustDomain is null || resident.TrustDomain == domain);
}
