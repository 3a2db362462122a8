using System.Buffers;
using System.Diagnostics;
using Google.Protobuf;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.ServiceDefaults.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Bench.Door;

/// <summary>A worker's data plane whose every answer is ready beforehand, so that what is measured is what stands before it. It can hold streams open after their first token.</summary>
internal sealed class CannedWorker : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource<string> _authority = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _begin = Frames(
        new GenerateEvent { Started = new Started { PromptTokens = 8 } }, new GenerateEvent { Tokens = new Tokens { Ids = { 1 }, Text = "ready " } });

    private readonly byte[] _end = Frames(
        new GenerateEvent { Tokens = new Tokens { Ids = { 2, 3 }, Text = "made." } },
        new GenerateEvent
        {
            Finished = new Finished { Reason = FinishReason.Stop, PromptTokens = 8, CompletionTokens = 3, ColdStart = new ColdStart { TtftMs = 1, SandboxWarm = true } },
        });

    private TaskCompletionSource? _held;
    private long _begunAt;

    private CannedWorker()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseConnectionProof(new InternalToken(DoorWorld.Token), _authority.Task.WaitAsync, TimeProvider.System);
        }));
        _app = builder.Build();
        _app.MapPost("/v1/generate", AnswerAsync);
    }

    public string Url => _app.Urls.First();

    /// <summary>When the last answer's first token was handed to the server, as a timestamp of this process.</summary>
    public long BegunAt => Volatile.Read(ref _begunAt);

    public static async Task<CannedWorker> StartAsync()
    {
        var worker = new CannedWorker();
        await worker._app.StartAsync();
        worker._authority.SetResult(new Uri(worker.Url).Authority);
        return worker;
    }

    /// <summary>From now on a stream stays open after its first token.</summary>
    public void Hold() => _held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetGo()
    {
        _held?.TrySetResult();
        _held = null;
    }

    public async ValueTask DisposeAsync()
    {
        LetGo();
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);

        context.Response.ContentType = "application/x-lorafaas-events";
        Volatile.Write(ref _begunAt, Stopwatch.GetTimestamp());
        await context.Response.BodyWriter.WriteAsync(_begin, context.RequestAborted);
        if (_held is { } held)
        {
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            await held.Task.WaitAsync(context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        if (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.BodyWriter.WriteAsync(_end, context.RequestAborted);
        }
    }

    private static byte[] Frames(params ReadOnlySpan<GenerateEvent> events)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var happened in events)
        {
            FrameEncoder.Encode(happened, buffer);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
