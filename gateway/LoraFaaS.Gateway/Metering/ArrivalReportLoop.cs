using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;

namespace LoraFaaS.Gateway.Metering;

/// <summary>
/// Tells the controller every two seconds who was called: forecasts rest on what callers want, also on what was then refused. What cannot be
/// delivered waits for the next turn.
/// </summary>
internal sealed class ArrivalReportLoop(ArrivalCounts counts, ControlClient control, TimeProvider time) : BackgroundService
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

        if (taken.Count == 0)
        {
            return;
        }

        var report = new ArrivalReport();
        report.Counts.AddRange(taken.Select(arrival => new ArrivalCount { Key = RouteWire.ToKey(arrival.Function), Count = arrival.Count }));

        try
        {
            await control.ReportArrivalsAsync(report, Patience, cancellationToken);
        }
        catch (GrpcStatusException)
        {
            // The route watch says when the controller is away; this would only repeat it.
            foreach (var (function, count) in taken)
            {
                counts.Add(function, count);
            }
        }
    }
}
