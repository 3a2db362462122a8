using LoraFaaS.ServiceDefaults.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Protocol.Tests.Hosts;

/// <summary>A host whose one page says whether the connection that asks is proven.</summary>
internal sealed class ProvenHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _asked;

    private ProvenHost(InternalToken token, Task<string>? authority)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMinutes(10));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, listen => listen.UseConnectionProof(token, limit => (authority ?? Task.FromResult(Url.Authority)).WaitAsync(limit), TimeProvider.System)));
        _app = builder.Build();
        _app.MapGet("/", context =>
        {
            Interlocked.Increment(ref _asked);
            return context.Response.WriteAsync(context.Features.Get<ProvenConnection>() is null ? "unproven" : "proven");
        });
    }

    public Uri Url => new(_app.Urls.First());

    /// <summary>Requests that came.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <param name="authority">What it takes for the address that callers dial. Null: its own.</param>
    public static async Task<ProvenHost> StartAsync(InternalToken token, Task<string>? authority = null)
    {
        var host = new ProvenHost(token, authority);
        await host._app.StartAsync();
        return host;
    }

    public Task StopAsync() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
