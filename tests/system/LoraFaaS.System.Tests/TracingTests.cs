using System.Text;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>One invocation is one trace, over every process it touches.</summary>
public sealed class TracingTests
{
    [Fact]
    public async Task A_cold_invocation_is_one_trace_over_gateway_controller_and_worker()
    {
        const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
        await using var receiver = await TraceReceiver.StartAsync();
        using var data = new TempFolder();
        await using var platform = await RunningPlatform.StartAsync(
            data.Path,
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = receiver.Address.ToString().TrimEnd('/'),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            });
        var (prompt, _) = DemoData.First("ticket-router");

        // Pushed and deployed, but wanted nowhere.
        foreach (var step in (string[][])[
            ["backbone", "add", "lory-5m", RepositoryRoot.Of("deploy", "demo", "backbone")],
            ["push", RepositoryRoot.Of("deploy", "demo", "adapters", "ticket-router"), "lora://lory-5m/ticket-router:v1"],
            ["deploy", "cold", "--image", "lora://lory-5m/ticket-router:v1"],
            ["scale", "cold", "0"]])
        {
            var done = await LorafaasCommand.RunAsync(data.Path, null, step);
            Assert.True(done.ExitCode == 0, done.Errors);
        }

        // A worker that starts anew holds nothing above its disk, and what is wanted nowhere stays there until it is called.
        await FaultScript.KillHostAsync(platform, "worker");

        using var request = new HttpRequestMessage(HttpMethod.Post, "function/cold") { Content = new StringContent(prompt, Encoding.UTF8, "text/plain") };
        request.Headers.TryAddWithoutValidation("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01");
        using var response = await platform.Http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());

        foreach (var service in new[] { "gateway", "controller", "worker" })
        {
            await Patience.UntilAsync(() => receiver.Saw(TraceId, "lorafaas-" + service), $"a span of {service}");
        }

        // The account is on it, with where everything was found.
        foreach (var fact in (string[])["lorafaas.stage.sandbox_ms", "lorafaas.stage.adapter_ms", "lorafaas.stage.prefix_ms", "lorafaas.ttft_ms", "lorafaas.adapter_tier", "lorafaas.backbone_tier", "lorafaas.sandbox_warm"])
        {
            await Patience.UntilAsync(() => receiver.Saw(TraceId, fact), $"{fact} on the trace");
        }
    }
}
