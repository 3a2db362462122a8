using System.Diagnostics.Metrics;
using LoraFaaS.Gateway.Routing;

namespace LoraFaaS.Gateway.Metering;

/// <summary>
/// How many replicas each function wants and has, under the names that OpenFaaS's dashboards ask for (<c>gateway_service_ready_count</c> is the Pro edition's).
/// Read from the route table when somebody looks, so that nothing is counted for nobody.
/// </summary>
internal sealed class ServiceGauges : IHostedService, IDisposable
{
    private readonly Meter _meter;
    private readonly RouteBoard _board;

    public ServiceGauges(IMeterFactory meters, RouteBoard board)
    {
        _board = board;
        _meter = meters.Create(InvocationMeter.Name + ".Services");
        _meter.CreateObservableGauge("gateway_service_count", () => Measure(route => route.DesiredReplicas), description: "Replicas wanted, by function.");
        _meter.CreateObservableGauge("gateway_service_ready_count", () => Measure(route => route.Placements.Count), description: "Workers that hold the function warm, by function.");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> Measure(Func<RouteEntry, int> read) =>
        _board.Table.Routes.Values
            .Where(route => !route.IsBackbone)
            .Select(route => new Measurement<int>(read(route), new KeyValuePair<string, object?>("function_name", route.Function.ToString())));
}
