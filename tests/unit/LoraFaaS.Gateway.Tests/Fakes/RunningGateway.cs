using System.Net.Http.Headers;
using System.Text;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Handover;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Control;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Route = LoraFaaS.Protocol.Control.Route;

namespace LoraFaaS.Gateway.Tests.Fakes;

/// <summary>The real gateway on a free port, with a fake controller and as many fake workers as the test starts.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    public const string Password = "correct horse";
    public const string Token = "0123456789abcdef0123456789abcdef-token";

    private readonly TempFolder _folder = new();
    private readonly List<FakeWorker> _workers = [];
    private WebApplication? _app;

    private RunningGateway(FakeController controller) => Controller = controller;

    public FakeController Controller { get; set; }

    public HttpClient Http { get; private set; } = null!;

    public Uri Url => Http.BaseAddress!;

    public IEnumerable<string> Urls => _app!.Urls;

    public IServiceProvider Services => _app!.Services;

    public RouteBoard Board => _app!.Services.GetRequiredService<RouteBoard>();

    public int InFlight => _app!.Services.GetRequiredService<InFlightGate>().Count;

    /// <summary>As after SIGTERM, or when another has its doors: callers are told.</summary>
    public void AnnounceLeaving() => _app!.Services.GetRequiredService<Leaving>().Announce();

    /// <summary>A gateway whose function "echo" is warm on one worker that counts.</summary>
    public static async Task<RunningGateway> StartAsync(params string[] args)
    {
        var gateway = new RunningGateway(await FakeController.StartAsync());
        await gateway.RunAsync(args);
        await Patience.UntilAsync(() => gateway.Board.HasRoutes);
        return gateway;
    }

    /// <summary>One that has no routes until the controller opens.</summary>
    public static async Task<RunningGateway> StartBeforeRoutesAsync(Task opens, params string[] args)
    {
        var gateway = new RunningGateway(await FakeController.StartAsync());
        gateway.Controller.Opens = opens;
        await gateway.RunAsync(args);
        return gateway;
    }

    public static async Task<(RunningGateway Gateway, FakeWorker Worker)> StartWarmAsync(
        Func<WorkerExchange, Task>? script = null, params string[] args)
    {
        var gateway = await StartAsync(args);
        var worker = await gateway.AddWorkerAsync("w1", script);
        await gateway.PublishAsync([Given.Route("echo", placements: (worker.Id, StorageTier.Device))], worker);
        return (gateway, worker);
    }

    public async Task<FakeWorker> AddWorkerAsync(string id, Func<WorkerExchange, Task>? script = null, string token = Token)
    {
        var worker = await FakeWorker.StartAsync(id, script, token);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Publishes a snapshot and waits until the gateway has it.</summary>
    public async Task PublishAsync(IEnumerable<Route> routes, params FakeWorker[] workers)
    {
        var snapshot = Given.Snapshot(routes, [.. workers.Select(worker => Given.Worker(worker.Id, worker.Url))]);
        await PublishAsync(snapshot);
    }

    public async Task PublishAsync(RouteUpdate update)
    {
        update.Version = Board.Table.Version + 1;
        Controller.Publish(update);
        await Patience.UntilAsync(() => Board.Table.Version == update.Version);
    }

    public Task<HttpResponseMessage> InvokeAsync(string text, string path = "/function/echo", string? accept = null, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(text, Encoding.UTF8, "text/plain") };

        if (accept is not null)
        {
            request.Headers.Accept.ParseAdd(accept);
        }

        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public Task<HttpResponseMessage> PostJsonAsync(string path, string json) =>
        Http.PostAsync(path, new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json")));

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();

        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        if (_app is not null)
        {
            await _app.StopAsync(new CancellationToken(canceled: true));
            await _app.DisposeAsync();
        }

        await Controller.DisposeAsync();
        _folder.Dispose();
    }

    private async Task RunAsync(string[] args)
    {
        await File.WriteAllTextAsync(_folder.File("password"), Password + "\n");
        await File.WriteAllTextAsync(_folder.File("token"), Token);
        _app = GatewayHost.Build(
        [
            "--Gateway:PasswordFile", _folder.File("password"),
            "--Internal:TokenFile", _folder.File("token"),
            "--Gateway:ControllerHttpUrl", Controller.HttpUrl,
            "--Gateway:ControllerRpcUrl", Controller.RpcUrl,
            "--Logging:LogLevel:Default", "Error",
            .. args,
        ]);
        await _app.StartAsync();
        Http = new HttpClient { BaseAddress = new Uri(_app.Urls.First()), Timeout = Patience.Limit };
    }
}
