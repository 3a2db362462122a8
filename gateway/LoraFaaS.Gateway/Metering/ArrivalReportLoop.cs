using LoraFaaS.Contracts.Identity;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;

namespace LoraFaaS.Gateway.Metering;

/// <summary>
/// Tells the controller every two seconds who was called: forecasts rest on what callers want, also on what was then refused. What cannot be
/// delivered waits for the next turn. With it go the API keys' spendings, and come back those of all gateways.
/// </summary>
internal sealed class ArrivalReportLoop(ArrivalCounts counts, KeyMeters keys, ControlClient control, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);

        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await ReportAsync(stoppingToken);
        }
    }

    internal async Task ReportAsync(CancellationToken cancellationToken)
    {
        var taken = counts.Take();

        var spent = keys.TakeReports();

        if (taken.Count == 0 && spent.Count == 0)
        {
            return;
        }

        var report = new ArrivalReport();
        report.Counts.AddRange(taken.Select(arrival => new ArrivalCount { Key = RouteWire.ToKey(arrival.Function), Count = arrival.Count }));
        report.KeyUses.AddRange(spent.Select(key => new KeyUse { KeyId = key.Id.Value, Requests = key.Spent.Requests, Tokens = key.Spent.Tokens }));

        try
        {
            Learn(spent, await control.ReportArrivalsAsync(report, Patience, cancellationToken));
        }
        catch (GrpcStatusException)
        {
            // The route watch says when the controller is away; this would only repeat it.
            foreach (var (function, count) in taken)
            {
                counts.Add(function, count);
            }

            foreach (var (_, meter, unsent) in spent)
            {
                meter.Return(unsent);
            }
        }
    }

    private static void Learn(IReadOnlyList<(ApiKeyId Id, KeyMeter Meter, KeySpending Spent)> spent, ArrivalReply reply)
    {
        var totals = reply.KeyTotals.DistinctBy(total => total.KeyId).ToDictionary(total => total.KeyId, total => new KeySpending(total.Requests, total.Tokens), StringComparer.Ordinal);

        foreach (var (id, meter, reported) in spent)
        {
            if (totals.TryGetValue(id.Value, out var total))
            {
                meter.Learn(total, reported);
            }
        }
    }
}
