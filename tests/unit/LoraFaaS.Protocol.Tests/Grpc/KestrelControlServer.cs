using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Protocol.Tests.Grpc;

/// <summary><see cref="ScriptedControl"/> behind our server side, on a port of its own.</summary>
public sealed class KestrelControlServer : IAsyncLifetime
{
    private WebApplication? _app;

    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IControlService, ScriptedControl>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.UseGrpcLimits();
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });

        _app = builder.Build();
        _app.MapControl();
        _app.MapGrpcUnary(TestMethods.Metadata, (request, call, _) =>
            Task.FromResult(new ActivateReply { WorkerId = call.Metadata("x-test"), RetryAfterMs = (int)(call.Timeout?.TotalMilliseconds ?? -1) }));

        await _app.StartAsync();
        Address = new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public Task StopAsync() => _app!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }
}
