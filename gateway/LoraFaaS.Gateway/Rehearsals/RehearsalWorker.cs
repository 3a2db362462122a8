using System.Buffers;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.ServiceDefaults.Trust;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoraFaaS.Gateway.Rehearsals;

/// <summary>The worker's part in a rehearsal: it proves who it is, listens, and says two tokens.</summary>
internal sealed class RehearsalWorker : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RehearsalWorker(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    public static async Task<RehearsalWorker> StartAsync(InternalToken token, TimeProvider time, CancellationToken cancellationToken)
    {
        var authority = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.UseConnectionProof(token, authority.Task.WaitAsync, time);
        }));

        var app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync(cancellationToken);
        authority.SetResult(new Uri(app.Urls.First()).Authority);
        return new RehearsalWorker(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        var buffer = new ArrayBufferWriter<byte>();

        foreach (var happened in RehearsalText.Answer())
        {
            FrameEncoder.Encode(happened, buffer);
        }

        await context.Response.BodyWriter.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }
}
