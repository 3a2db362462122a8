using System.Collections.Concurrent;
using LoraFaaS.Protocol.Data;
using LoraFaaS.ServiceDefaults.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Gateway.Tests.Fakes;

/// <summary>A worker's data plane at the wire: real HTTP, real frames, scripted timing.</summary>
internal sealed class FakeWorker : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource<string> _authority = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<WorkerExchange, Task> _script;

    private FakeWorker(string id, Func<WorkerExchange, Task> script, string token)
    {
        Id = id;
        _script = script;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseConnectionProof(new InternalToken(token), _authority.Task.WaitAsync, TimeProvider.System);
        }));
        _app = builder.Build();
        _app.MapPost("/v1/generate", GenerateAsync);
    }

    public string Id { get; }

    public string Url => _app.Urls.First();

    public ConcurrentQueue<WorkerExchange> Exchanges { get; } = [];

    public Func<WorkerExchange, Task> Script
    {
        get => Volatile.Read(ref _script);
        set => Volatile.Write(ref _script, value);
    }

    /// <summary>Who stands in the line for a place, with nothing but its name.</summary>
    public ConcurrentQueue<WorkerExchange> Places { get; } = [];

    /// <summary>What it answers them: as a worker that does not know the question, unless a test says otherwise.</summary>
    public Func<WorkerExchange, Task> PlaceScript { get; set; } = exchange => exchange.RefuseAsync(400, "invalid_request", "It is missing.");

    public static async Task<FakeWorker> StartAsync(string id = "w1", Func<WorkerExchange, Task>? script = null, string token = RunningGateway.Token)
    {
        var worker = new FakeWorker(id, script ?? CountAsync, token);
        await worker._app.StartAsync();
        worker._authority.SetResult(new Uri(worker.Url).Authority);
        return worker;
    }

    /// <summary>A deterministic generation: the i-th token is i, its text "i ", six of them unless fewer are asked for; what is resumed is not repeated.</summary>
    public static async Task CountAsync(WorkerExchange exchange)
    {
        var count = Math.Min(exchange.Request.Sampling.MaxTokens, 6);
        await exchange.SendAsync(Given.Started());

        for (var i = exchange.Request.ResumeTokens.Count; i < count; i++)
        {
            await exchange.SendAsync(Given.Tokens($"{i} ", i));
        }

        await exchange.SendAsync(Given.Finished(count, count < 6 ? FinishReason.Length : FinishReason.Stop));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task GenerateAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);

        Assert.NotNull(context.Features.Get<ProvenConnection>());
        var exchange = new WorkerExchange(context, GenerateRequest.Parser.ParseFrom(body.ToArray()));
        (exchange.Request.PlaceOnly ? Places : Exchanges).Enqueue(exchange);

        try
        {
            await (exchange.Request.PlaceOnly ? PlaceScript : Script)(exchange);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The gateway hung up: what the script was doing is no longer wanted.
        }
    }
}
