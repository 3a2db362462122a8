using System.Net;
using System.Net.WebSockets;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Protocol.Addresses;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Grpc.Client;
using LoraFaaS.Protocol.Health;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>A gateway with every door there is, replaced by another: each door keeps its address and its certificate, and the console's pages are let go to come again.</summary>
public sealed class HandoverDoorsTests
{
    [Fact]
    public async Task Doors_with_TLS_the_one_inside_and_the_one_for_gRPC_are_handed_on()
    {
        using var folder = new TempFolder();
        var callers = await OwnCertificate.WriteAsync(folder.File("callers.crt"), folder.File("callers.key"), "callers");
        var host = await OwnCertificate.WriteAsync(folder.File("host.crt"), folder.File("host.key"), "host");
        await using var console = await StartConsoleAsync();
        await using var controller = await FakeController.StartAsync();
        await using var worker = await FakeWorker.StartAsync();
        controller.Publish(Given.Snapshot([Given.Route("echo", placements: (worker.Id, StorageTier.Device))], Given.Worker(worker.Id, worker.Url)));

        await using var first = Start(folder, controller, console, "0", "https://127.0.0.1:0", "https://127.0.0.1:0", "https://127.0.0.1:0");
        var doors = await DoorsAsync(first, folder, "0");
        using var http = new HttpClient(Trusting(callers)) { BaseAddress = doors.Http, Timeout = Patience.StartLimit };
        await Patience.UntilAsync(async stop => (await http.GetAsync("/healthz", stop)).StatusCode is HttpStatusCode.OK);
        using var page = new ClientWebSocket();
        page.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == callers;
        await page.ConnectAsync(new UriBuilder(doors.Http) { Scheme = "wss", Path = "/ui/_blazor" }.Uri, CancellationToken.None);

        using var calling = new CancellationTokenSource();
        var load = Task.WhenAll(CallAsync(http, HttpVersion.Version20, calling.Token), CallAsync(http, HttpVersion.Version11, calling.Token));

        await using var second = Start(folder, controller, console, "1", doors.Http.ToString(), doors.Inside.ToString(), doors.Rpc.ToString());
        Assert.Equal(doors, await DoorsAsync(second, folder, "1"));

        // The page's socket is cut soon after, long before the first gateway's patience with streams is over; with it nothing holds that process.
        await Patience.ForAsync(EndAsync(page));
        Assert.Equal(0, await first.Exited.WaitAsync(Patience.StartLimit));

        using var again = new ClientWebSocket();
        again.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == callers;
        await again.ConnectAsync(new UriBuilder(doors.Http) { Scheme = "wss", Path = "/ui/_blazor" }.Uri, CancellationToken.None);

        // Only what is bound to one door shows that door's certificate.
        using var inside = new HttpClient(Trusting(host)) { BaseAddress = doors.Inside };
        Assert.Equal(HttpStatusCode.OK, (await inside.GetAsync("/healthz")).StatusCode);
        using var channel = new GrpcChannel(new GrpcChannelOptions
        {
            Servers = ServerAddresses.Parse(doors.Rpc.ToString()),
            Tls = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
        });
        var health = await channel.CallAsync(HealthMethods.Check, new HealthCheckRequest(), GrpcCallOptions.None, CancellationToken.None);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);

        await calling.CancelAsync();
        Assert.All(await load, answers => Assert.True(answers > 0));
    }

    /// <summary>Calls one after another until told to stop; none may fail.</summary>
    private static async Task<int> CallAsync(HttpClient http, Version version, CancellationToken stop)
    {
        var answers = 0;

        while (!stop.IsCancellationRequested)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/function/echo") { Content = new StringContent("x"), Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var response = await http.SendAsync(request, CancellationToken.None);
            Assert.Equal("0 1 2 3 4 5 ", await response.Content.ReadAsStringAsync(CancellationToken.None));
            answers++;
        }

        return answers;
    }

    private static async Task EndAsync(ClientWebSocket page)
    {
        try
        {
            while ((await page.ReceiveAsync(new byte[64], CancellationToken.None)).MessageType is not WebSocketMessageType.Close)
            {
            }
        }
        catch (WebSocketException)
        {
            // Cut without a word, which a page takes for the same.
        }
    }

    private static HttpClientHandler Trusting(string thumbprint) => new() { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate?.Thumbprint == thumbprint };

    private static ChildProcess Start(TempFolder folder, FakeController controller, WebApplication console, string name, string http, string inside, string rpc)
    {
        File.WriteAllText(folder.File("password"), RunningGateway.Password);
        File.WriteAllText(folder.File("token"), RunningGateway.Token);

        return ChildProcess.StartDotnet(
            typeof(GatewayHost).Assembly.Location,
            [
                "--Host:HttpUrl", http.TrimEnd('/'), "--Host:InsideUrl", inside.TrimEnd('/'), "--Host:GrpcUrl", rpc.TrimEnd('/'), "--Host:ReadyFile", folder.File($"ready-{name}.json"),
                "--Host:CertificateFile", folder.File("host.crt"), "--Host:KeyFile", folder.File("host.key"),
                "--Gateway:CertificateFile", folder.File("callers.crt"), "--Gateway:KeyFile", folder.File("callers.key"),
                "--Gateway:ConsoleUrl", console.Urls.Single(), "--Gateway:Handover", folder.Path, "--Gateway:LeaveDelay", "00:00:02", "--Gateway:HandoverGrace", "01:00:00",
                "--Gateway:PasswordFile", folder.File("password"), "--Internal:TokenFile", folder.File("token"),
                "--Gateway:ControllerHttpUrl", controller.HttpUrl, "--Gateway:ControllerRpcUrl", controller.RpcUrl,
            ],
            folder.Path);
    }

    private static async Task<(Uri Http, Uri Inside, Uri Rpc)> DoorsAsync(ChildProcess gateway, TempFolder folder, string name)
    {
        using var ready = await gateway.WaitForReadyFileAsync(folder.File($"ready-{name}.json"));
        var urls = ready.RootElement.GetProperty("urls");
        return (Url("http"), Url("inside"), Url("rpc"));

        Uri Url(string door) => new(urls.GetProperty(door).GetString()!);
    }

    private static async Task<WebApplication> StartConsoleAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.ReceiveAsync(new byte[64], context.RequestAborted);
        });
        await app.StartAsync();
        return app;
    }
}
