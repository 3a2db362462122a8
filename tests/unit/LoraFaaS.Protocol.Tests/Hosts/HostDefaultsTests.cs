using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using LoraFaaS.ServiceDefaults;
using LoraFaaS.ServiceDefaults.Arrivals;
using LoraFaaS.ServiceDefaults.Health;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.ServiceDefaults.Trust;
using LoraFaaS.TestKit.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.Protocol.Tests.Hosts;

public sealed class HostDefaultsTests : IDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    private readonly TempFolder _folder = new();

    public HostDefaultsTests() => File.WriteAllText(_folder.File("token"), Token + "\n");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_ready_file_names_the_ports_that_were_really_taken()
    {
        await using var host = await StartAsync(HostDoors.HttpAndRpc);

        var urls = await host.Services.GetRequiredService<HostAddresses>().ListeningAsync(CancellationToken.None);
        using var ready = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.File("ready.json")));

        Assert.Equal(Environment.ProcessId, ready.RootElement.GetProperty("pid").GetInt32());
        Assert.Equal(urls.Http, ready.RootElement.GetProperty("urls").GetProperty("http").GetString());
        Assert.Equal(urls.Rpc, ready.RootElement.GetProperty("urls").GetProperty("rpc").GetString());
        Assert.NotEqual(0, new Uri(urls.Http).Port);
        Assert.NotEqual(new Uri(urls.Http).Port, new Uri(urls.Rpc!).Port);
    }

    [Fact]
    public async Task Only_healthz_answers_without_the_token()
    {
        await using var host = await StartAsync(HostDoors.Http);
        using var client = await ClientAsync(host);

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/secret")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/metrics")).StatusCode);

        client.DefaultRequestHeaders.Add(InternalToken.HeaderName, Token[..^1] + "x");
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/secret")).StatusCode);

        client.DefaultRequestHeaders.Remove(InternalToken.HeaderName);
        client.DefaultRequestHeaders.Add(InternalToken.HeaderName, Token);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/secret")).StatusCode);
    }

    [Fact]
    public async Task Metrics_takes_the_token_as_a_bearer_and_nothing_else_does()
    {
        await using var host = await StartAsync(HostDoors.Http);
        using var client = await ClientAsync(host);
        client.DefaultRequestHeaders.Authorization = new("Bearer", Token);

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/secret")).StatusCode);
    }

    [Fact]
    public async Task Metrics_are_Prometheus_text()
    {
        await using var host = await StartAsync(HostDoors.Http);
        using var client = await ClientAsync(host);
        client.DefaultRequestHeaders.Add(InternalToken.HeaderName, Token);
        Measure(host.Services.GetRequiredService<IMeterFactory>().Create("LoraFaaS.Test"));

        var lines = (await client.GetStringAsync("/metrics")).Split('\n');

        Assert.Contains("# TYPE lorafaas_calls_total counter", lines);
        Assert.Contains("# HELP lorafaas_calls_total Calls.\\nAll of them.", lines);
        Assert.Contains("""lorafaas_calls_total{a="1",function="a\"b\\c\nd"} 3""", lines);
        Assert.Contains("lorafaas_running 1", lines);
        Assert.Contains("lorafaas_level_bytes 42", lines);
        Assert.Contains("""lorafaas_ttft_seconds_bucket{le="0.1"} 1""", lines);
        Assert.Contains("""lorafaas_ttft_seconds_bucket{le="1"} 2""", lines);
        Assert.Contains("""lorafaas_ttft_seconds_bucket{le="+Inf"} 3""", lines);
        Assert.Contains("lorafaas_ttft_seconds_sum 7.6", lines);
        Assert.Contains("lorafaas_ttft_seconds_count 3", lines);
    }

    [Fact]
    public async Task Whoever_handles_a_request_knows_when_it_arrived()
    {
        await using var host = await StartAsync(HostDoors.Http);
        using var client = await ClientAsync(host);
        client.DefaultRequestHeaders.Add(InternalToken.HeaderName, Token);

        // The second on the connection of the first: each has an arrival of its own.
        for (var request = 0; request < 2; request++)
        {
            var before = TimeProvider.System.GetTimestamp();
            var times = (await client.GetStringAsync("/arrival")).Split(' ').Select(time => long.Parse(time, CultureInfo.InvariantCulture)).ToList();
            Assert.InRange(times[0], before, times[1]);
        }
    }

    [Fact]
    public async Task Series_over_the_limit_share_one()
    {
        await using var host = await StartAsync(HostDoors.Http, "--Metrics:MaxSeries", "3");
        using var client = await ClientAsync(host);
        client.DefaultRequestHeaders.Add(InternalToken.HeaderName, Token);
        var counter = host.Services.GetRequiredService<IMeterFactory>().Create("LoraFaaS.Test").CreateCounter<long>("flood");

        for (var i = 0; i < 10; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("name", i));
        }

        var lines = (await client.GetStringAsync("/metrics")).Split('\n').Where(line => line.StartsWith("flood_total", StringComparison.Ordinal)).ToList();

        Assert.Equal(4, lines.Count);
        Assert.Contains("""flood_total{overflow="true"} 7""", lines);
    }

    [Fact]
    public async Task A_part_that_is_not_well_turns_healthz_to_503_and_is_named()
    {
        await using var host = await StartAsync(HostDoors.Http);
        using var client = await ClientAsync(host);
        var source = host.Services.GetRequiredService<SwitchedHealth>();

        Assert.Contains("\"status\":\"ok\"", await client.GetStringAsync("/healthz"), StringComparison.Ordinal);
        source.IsHealthy = false;
        var answer = await client.GetAsync("/healthz");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("no controller", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_health_check_asks_the_running_host_and_ends_as_it_is()
    {
        string[] check;

        await using (var host = await StartAsync(HostDoors.Http))
        {
            check = ["healthcheck", "--Host:HttpUrl", (await host.Services.GetRequiredService<HostAddresses>().ListeningAsync(CancellationToken.None)).Http];

            Assert.Equal(0, await HostDefaults.RunAsync(check, NotBuilt));
            host.Services.GetRequiredService<SwitchedHealth>().IsHealthy = false;
            Assert.Equal(1, await HostDefaults.RunAsync(check, NotBuilt));
        }

        Assert.Equal(1, await HostDefaults.RunAsync(check, NotBuilt));

        static WebApplication NotBuilt() => throw new InvalidOperationException("A check starts no host.");
    }

    [Theory]
    [InlineData("--Host:HttpUrl", "not an address")]
    [InlineData("--Host:HttpUrl", "https://127.0.0.1:0")]
    [InlineData("--Host:HttpUrl", "http://somewhere.example:0")]
    [InlineData("--Host:ShutdownTimeout", "-00:00:01")]
    [InlineData("--Host:CompilerNice", "20")]
    [InlineData("--Internal:TokenFile", "/nowhere/token")]
    [InlineData("--Internal:TokenFile", "")]
    public async Task What_an_operator_got_wrong_ends_with_exit_code_1(string option, string value)
    {
        var code = await HostDefaults.RunAsync([], () => Build(HostDoors.Http, [option, value]));

        Assert.Equal(1, code);
    }

    [Fact]
    public async Task A_taken_port_ends_with_exit_code_1()
    {
        await using var first = await StartAsync(HostDoors.Http);
        var taken = (await first.Services.GetRequiredService<HostAddresses>().ListeningAsync(CancellationToken.None)).Http;

        Assert.Equal(1, await HostDefaults.RunAsync([], () => Build(HostDoors.Http, ["--Host:HttpUrl", taken])));
    }

    private static void Measure(Meter meter)
    {
        var calls = meter.CreateCounter<int>("lorafaas.calls", "{call}", "Calls.\nAll of them.");
        calls.Add(1, new("function", "a\"b\\c\nd"), new("a", 1));
        calls.Add(2, new("a", 1), new("function", "a\"b\\c\nd"));

        var running = meter.CreateUpDownCounter<long>("lorafaas.running");
        running.Add(2);
        running.Add(-1);

        meter.CreateObservableGauge("lorafaas.level", () => 42L, "By");

        var ttft = meter.CreateHistogram("lorafaas.ttft", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        ttft.Record(0.1);
        ttft.Record(0.5);
        ttft.Record(7);
    }

    private WebApplication Build(HostDoors doors, string[] more)
    {
        var builder = HostDefaults.CreateBuilder("worker", doors, ["--Host:ReadyFile", _folder.File("ready.json"), "--Internal:TokenFile", _folder.File("token"), .. more]);
        builder.Services.AddRequestArrival();
        builder.Services.AddSingleton<SwitchedHealth>();
        builder.Services.AddSingleton<IHealthSource>(services => services.GetRequiredService<SwitchedHealth>());

        var app = builder.Build();
        app.UseInternalToken();
        app.MapHostEndpoints();
        app.MapGet("/secret", () => Results.Ok());
        app.MapGet("/arrival", (HttpContext context) => string.Create(CultureInfo.InvariantCulture, $"{context.Features.Get<RequestArrival>()!.At} {TimeProvider.System.GetTimestamp()}"));

        return app;
    }

    /// <summary>Runs the host as a program would; disposing it stops it.</summary>
    private async Task<RunningHost> StartAsync(HostDoors doors, params string[] more)
    {
        var app = Build(doors, more);
        var running = app.RunHostAsync();
        await app.Services.GetRequiredService<HostAddresses>().ListeningAsync(CancellationToken.None).WaitAsync(LoraFaaS.TestKit.Time.Patience.Limit);

        // The ready file is written just after the addresses are known.
        await LoraFaaS.TestKit.Time.Patience.UntilAsync(() => File.Exists(_folder.File("ready.json")));
        return new(app, running);
    }

    private static async Task<HttpClient> ClientAsync(RunningHost host)
    {
        var urls = await host.Services.GetRequiredService<HostAddresses>().ListeningAsync(CancellationToken.None);
        return new() { BaseAddress = new Uri(urls.Http) };
    }

    private sealed class RunningHost(WebApplication app, Task<int> running) : IAsyncDisposable
    {
        public IServiceProvider Services => app.Services;

        public async ValueTask DisposeAsync()
        {
            app.Lifetime.StopApplication();
            Assert.Equal(0, await LoraFaaS.TestKit.Time.Patience.ForAsync(running));
        }
    }

    private sealed class SwitchedHealth : IHealthSource
    {
        public bool IsHealthy { get; set; } = true;

        public HealthReading Read() => IsHealthy ? HealthReading.Well : new(false, "no controller");
    }
}
