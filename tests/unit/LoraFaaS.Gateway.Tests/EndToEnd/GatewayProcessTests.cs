using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Protocol.Addresses;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Grpc.Client;
using LoraFaaS.Protocol.Health;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>The gateway as its own process, as a container runs it: Knative's runtime contract.</summary>
public sealed class GatewayProcessTests
{
    [Fact]
    public async Task It_listens_on_PORT_says_whose_revision_it_is_and_drains_on_SIGTERM()
    {
        using var folder = new TempFolder();
        await using var controller = await FakeController.StartAsync();
        var release = new TaskCompletionSource();
        await using var worker = await FakeWorker.StartAsync("w1", async exchange =>
        {
            await exchange.SendAsync(Given.Started(), Given.Tokens("first", 1));
            await release.Task;
            await exchange.SendAsync(Given.Tokens(" last", 2), Given.Finished());
        });
        controller.Publish(Given.Snapshot([Given.Route("echo", placements: (worker.Id, StorageTier.Device))], Given.Worker(worker.Id, worker.Url)));
        await using var gateway = await StartAsync(folder, controller);
        using var http = new HttpClient { BaseAddress = await UrlAsync(gateway, folder), Timeout = Patience.Limit };

        await Patience.UntilAsync(async _ => (await http.GetAsync("/healthz", CancellationToken.None)).StatusCode is HttpStatusCode.OK);
        var health = await http.GetStringAsync("/healthz");
        Assert.Contains("knative service door, configuration door, revision door-00007", health, StringComparison.Ordinal);
        await Patience.UntilAsync(() => gateway.Output.Any(line => line.Contains("door-00007", StringComparison.Ordinal)));

        using var request = new HttpRequestMessage(HttpMethod.Post, "/function/echo") { Content = new StringContent("x") };
        request.Headers.Accept.ParseAdd("text/event-stream");
        using var stream = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync());
        Assert.Equal("event: token", await Patience.ForAsync(reader.ReadLineAsync()));

        using var channel = new GrpcChannel(new GrpcChannelOptions { Servers = ServerAddresses.Parse((await UrlAsync(gateway, folder, "rpc")).ToString()) });
        await using var watch = channel.StreamAsync(HealthMethods.Watch, new HealthCheckRequest(), GrpcCallOptions.None, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await Patience.ForAsync(watch.MoveNextAsync().AsTask()));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, watch.Current.Status);

        gateway.Terminate();

        // Not ready in whatever words that is asked, and still open to those who have not heard.
        await Patience.UntilAsync(async _ => (await http.GetAsync("/healthz", CancellationToken.None)).StatusCode is HttpStatusCode.ServiceUnavailable);
        using var probe = new HttpRequestMessage(HttpMethod.Get, "/");
        probe.Headers.Add("K-Network-Probe", "queue");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.SendAsync(probe)).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/v2/health/ready", CancellationToken.None)).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.GetAsync("/health", CancellationToken.None)).StatusCode);
        Assert.True(await Patience.ForAsync(watch.MoveNextAsync().AsTask()));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, watch.Current.Status);
        Assert.Equal(GrpcStatusCode.Unavailable, (await Assert.ThrowsAsync<GrpcStatusException>(() => Patience.ForAsync(watch.MoveNextAsync().AsTask()))).Code);
        Assert.False(gateway.Exited.IsCompleted);

        release.SetResult();
        var rest = await Patience.ForAsync(reader.ReadToEndAsync());
        Assert.Contains("""data: {"text":" last"}""", rest, StringComparison.Ordinal);
        Assert.Contains("event: done", rest, StringComparison.Ordinal);
        Assert.Equal(0, await gateway.Exited.WaitAsync(Patience.StartLimit));
    }

    private static async Task<ChildProcess> StartAsync(TempFolder folder, FakeController controller)
    {
        await File.WriteAllTextAsync(folder.File("password"), RunningGateway.Password);
        await File.WriteAllTextAsync(folder.File("token"), RunningGateway.Token);

        while (true)
        {
            var gateway = Start(folder, controller);
            await Patience.UntilAsync(_ => Task.FromResult(gateway.Exited.IsCompleted || File.Exists(folder.File("ready.json"))), Patience.StartLimit);

            // A test beside this one may have been given the port meanwhile.
            if (!gateway.Exited.IsCompleted || !gateway.Tail().Contains("in use", StringComparison.Ordinal))
            {
                return gateway;
            }

            await gateway.DisposeAsync();
        }
    }

    private static ChildProcess Start(TempFolder folder, FakeController controller) => ChildProcess.StartDotnet(
        typeof(GatewayHost).Assembly.Location,
        ["--Host:ReadyFile", folder.File("ready.json"), "--Gateway:DrainDelay", "00:00:15", "--Host:GrpcUrl", "http://127.0.0.1:0"],
        folder.Path,
        new Dictionary<string, string?>
        {
            ["PORT"] = FreePort().ToString(CultureInfo.InvariantCulture),
            ["K_SERVICE"] = "door",
            ["K_CONFIGURATION"] = "door",
            ["K_REVISION"] = "door-00007",
            ["Gateway__AllowOpenInvocations"] = "true",
            ["Gateway__PasswordFile"] = folder.File("password"),
            ["Internal__TokenFile"] = folder.File("token"),
            ["Gateway__ControllerHttpUrl"] = controller.HttpUrl,
            ["Gateway__ControllerRpcUrl"] = controller.RpcUrl,
        });

    private static async Task<Uri> UrlAsync(ChildProcess gateway, TempFolder folder, string door = "http")
    {
        using var ready = await gateway.WaitForReadyFileAsync(folder.File("ready.json"));
        return new Uri(ready.RootElement.GetProperty("urls").GetProperty(door).GetString()!);
    }

    /// <summary>A port nobody listens on now: the contract gives a number, and 0 is none.</summary>
    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
