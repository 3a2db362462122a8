using System.Collections.Concurrent;
using LoraFaaS.Contracts.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Tests.Artifacts;

/// <summary>A real HTTP server in place of the controller's artifact store. What it serves under a digest need not have that digest.</summary>
public sealed class ArtifactStoreServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _requests = new(StringComparer.Ordinal);

    private ArtifactStoreServer(WebApplication app) => _app = app;

    public string Url => _app.Urls.First() + "/internal/artifacts";

    public static async Task<ArtifactStoreServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new ArtifactStoreServer(app);
        app.MapGet("/internal/artifacts/{digest}", (string digest, HttpContext context) => server.AnswerAsync(digest, context));
        await app.StartAsync();
        return server;
    }

    public Digest Put(byte[] content)
    {
        var digest = Digest.OfBytes(content);
        Answer(digest, context => context.Response.Body.WriteAsync(content).AsTask());
        return digest;
    }

    public void Answer(Digest digest, Func<HttpContext, Task> answer) => _answers[digest.Value] = answer;

    public int RequestsOf(Digest digest) => _requests.GetValueOrDefault(digest.Value);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task AnswerAsync(string digest, HttpContext context)
    {
        _requests.AddOrUpdate(digest, 1, (_, count) => count + 1);

        if (_answers.TryGetValue(digest, out var answer))
        {
            return answer(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
