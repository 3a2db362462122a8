using System.Runtime.CompilerServices;
using System.Threading.Channels;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Gateway.Tests.Fakes;

/// <summary>A controller at the wire: the real Control service over HTTP/2, and a REST side that says what reached it.</summary>
internal sealed class FakeController : IControlService, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Channel<RouteUpdate>> _watchers = [];
    private readonly WebApplication _app;
    private RouteUpdate _snapshot = new() { Version = 1, IsSnapshot = true };
    private int _activations;
    private int _watches;

    private FakeController(int httpPort, int rpcPort)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IControlService>(this);
        builder.Services.AddSingleton<ICallsService>(Calls);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, httpPort, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(System.Net.IPAddress.Loopback, rpcPort, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        _app = builder.Build();
        _app.Map("/system/{**path}", EchoAsync);
        _app.Map("/api/{**path}", EchoAsync);
        _app.MapControl();
        _app.MapCalls();
    }

    public string HttpUrl => _app.Urls.First();

    public string RpcUrl => _app.Urls.Last();

    /// <summary>Its queue of asynchronous calls.</summary>
    public FakeCalls Calls { get; } = new();

    public int Activations => Volatile.Read(ref _activations);

    public int Watches => Volatile.Read(ref _watches);

    /// <summary>Before it nobody who watches is told anything.</summary>
    public Task Opens { get; set; } = Task.CompletedTask;

    /// <summary>What an activation is answered with.</summary>
    public Func<ActivateRequest, CancellationToken, Task<ActivateReply>> OnActivate { get; set; } =
        (_, _) => Task.FromResult(new ActivateReply { ErrorCode = "no_capacity", ErrorMessage = "no worker has room", RetryAfterMs = 4_000 });

    public static async Task<FakeController> StartAsync(string? httpUrl = null, string? rpcUrl = null)
    {
        var controller = new FakeController(PortOf(httpUrl), PortOf(rpcUrl));
        await controller._app.StartAsync();
        return controller;
    }

    /// <summary>Everybody who watches gets it; who watches later gets the last snapshot first.</summary>
    public void Publish(RouteUpdate update)
    {
        lock (_gate)
        {
            if (update.IsSnapshot)
            {
                _snapshot = update;
            }

            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryWrite(update);
            }
        }
    }

    public async IAsyncEnumerable<RouteUpdate> WatchRoutesAsync(
        WatchRoutesRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _watches);
        var updates = Channel.CreateUnbounded<RouteUpdate>();

        lock (_gate)
        {
            updates.Writer.TryWrite(_snapshot);
            _watchers.Add(updates);
        }

        await Opens.WaitAsync(cancellationToken);

        await foreach (var update in updates.Reader.ReadAllAsync(cancellationToken))
        {
            yield return update;
        }
    }

    public Task<ActivateReply> ActivateAsync(ActivateRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _activations);
        return OnActivate(request, cancellationToken);
    }

    public Task<ReadSecretsReply> ReadSecretsAsync(ReadSecretsRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Arrivals that were reported, by function.</summary>
    public System.Collections.Concurrent.ConcurrentDictionary<string, long> Arrivals { get; } = new();

    /// <summary>What all gateways have reported of each API key; a test adds what others would.</summary>
    public System.Collections.Concurrent.ConcurrentDictionary<string, KeyUse> KeyUses { get; } = new();

    public Task<ArrivalReply> ReportArrivalsAsync(ArrivalReport report, CancellationToken cancellationToken)
    {
        foreach (var count in report.Counts)
        {
            Arrivals.AddOrUpdate($"{count.Key.Function}.{count.Key.Namespace}", count.Count, (_, before) => before + count.Count);
        }

        var reply = new ArrivalReply();

        foreach (var use in report.KeyUses)
        {
            var total = KeyUses.AddOrUpdate(use.KeyId, use, (_, before) => new KeyUse { KeyId = use.KeyId, Requests = before.Requests + use.Requests, Tokens = before.Tokens + use.Tokens });
            reply.KeyTotals.Add(total);
        }

        return Task.FromResult(reply);
    }

    /// <summary>The places of API keys, shared out as the controller shares them; none of them lapses before a test says so.</summary>
    public FakeKeyPlaces KeyPlaces { get; } = new();

    public Task<KeyPlacesReply> LeaseKeyPlacesAsync(KeyPlacesRequest request, CancellationToken cancellationToken) => Task.FromResult(KeyPlaces.Lease(request));

    public Task RunWorkerSessionAsync(GrpcServerDuplex<WorkerMessage, WorkerCommand> session, CancellationToken cancellationToken) =>
        throw new NotSupportedException("no worker talks to this controller");

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _watchers.ForEach(watcher => watcher.Writer.TryComplete());
        }

        Calls.Stop();

        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static int PortOf(string? url) => url is null ? 0 : new Uri(url).Port;

    /// <summary>Called before a REST request is answered.</summary>
    public Action<HttpRequest> OnRest { get; set; } = _ => { };

    /// <summary>Answers REST requests instead of the echo.</summary>
    public Func<HttpContext, Task>? RestAnswer { get; set; }

    private async Task EchoAsync(HttpContext context)
    {
        OnRest(context.Request);

        if (RestAnswer is { } answer)
        {
            await answer(context);
            return;
        }

        using var body = new StreamReader(context.Request.Body);
        var text = await body.ReadToEndAsync(context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.Headers["X-Token"] = context.Request.Headers["X-Lorafaas-Token"];
        context.Response.Headers["X-User"] = context.Request.Headers["X-Lorafaas-User"];
        context.Response.Headers["X-Authorization"] = context.Request.Headers.Authorization;
        await context.Response.WriteAsync($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {text}", context.RequestAborted);
    }
}
