using LoraFaaS.Contracts.Identity;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Protocol.Control;
using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.Controller.Tests.Api;

public sealed class ForecastsApiTests
{
    [Fact]
    public async Task Arrivals_are_counted_and_what_is_not_known_yet_is_said_so()
    {
        await using var controller = await ControllerUnderTest.StartAsync();
        var report = new ArrivalReport();
        report.Counts.Add(new ArrivalCount { Key = new RouteKey { Namespace = "openfaas-fn", Function = "called" }, Count = 3 });
        report.Counts.Add(new ArrivalCount { Key = new RouteKey { Namespace = "NOT A NAME", Function = "called" }, Count = 3 });
        report.Counts.Add(new ArrivalCount { Count = 7 });
        await controller.Control.ReportArrivalsAsync(report, TimeSpan.FromSeconds(30), CancellationToken.None);
        await controller.Control.ReportArrivalsAsync(report, TimeSpan.FromSeconds(30), CancellationToken.None);

        var counts = await controller.Services.GetRequiredService<IWarmStateStore>().GetArrivalsAsync(CancellationToken.None);
        Assert.Equal(new Dictionary<FunctionId, long> { [Facts.Id("called")] = 6 }, counts);

        var (status, body) = await controller.AskAsync(HttpMethod.Get, "/system/forecast/called");
        Assert.Equal(404, status);
        Assert.Contains("there is no forecast", body, StringComparison.Ordinal);
        Assert.Equal(200, (await controller.AskAsync(HttpMethod.Get, "/system/forecasts")).Status);
        Assert.Equal(400, (await controller.AskAsync(HttpMethod.Get, "/system/forecasts?namespace=no-such")).Status);
    }
}
