using LoraFaaS.Gateway.Activation;
using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Async;
using LoraFaaS.Gateway.Authentication;
using LoraFaaS.Gateway.Controllers;
using LoraFaaS.Gateway.Dispatch;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Functions;
using LoraFaaS.Gateway.Handover;
using LoraFaaS.Gateway.Knative;
using LoraFaaS.Gateway.Metering;
using LoraFaaS.Gateway.OpenAi;
using LoraFaaS.Gateway.Rehearsals;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Gateway.Ui;
using LoraFaaS.Gateway.Vllm;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc.Client;
using LoraFaaS.ServiceDefaults.Health;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.ServiceDefaults.Tls;
using LoraFaaS.ServiceDefaults.Trust;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using HostDefaults = LoraFaaS.ServiceDefaults.HostDefaults;

namespace LoraFaaS.Gateway;

/// <summary>Puts the gateway together; the program runs it, and tests run it in their own process.</summary>
internal static class GatewayHost
{
    /// <summary>OpenFaaS's limit for all headers of a request together.</summary>
    private const int MaxHeaderBytes = 1 << 20;

    public static WebApplication Build(string[] args)
    {
        var builder = CreateBuilder(args);
        var app = builder.Build();
        app.MapGateway();
        return app;
    }

    /// <summary>The same stations with nothing that goes on beside calls: it watches no routes, leases no calls, reports and logs nothing.</summary>
    internal static WebApplication BuildRehearsal(string[] args)
    {
        var builder = CreateBuilder(args);
        builder.Services.RemoveAll<IHostedService>();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGateway();
        return app;
    }

    private static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = HostDefaults.CreateBuilder("gateway", HostDoors.Callers, args);

        // A try that fails is ours to judge and to log in one line; YARP would warn with a stack trace of each, and of each client that leaves.
        builder.Logging.AddFilter("Yarp.ReverseProxy", LogLevel.Error);

        // The server's own lines about each request, which nobody is shown at this level: where none can be written it makes no scope, no id and no dictionary for them.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        var options = new GatewayOptions();
        builder.Configuration.GetSection(GatewayOptions.Section).Bind(options);
        AddOptions(builder.Services);
        builder.Services.PostConfigure<HostingOptions>(host => host.BusyCompilerNice = Math.Min(host.BusyCompilerNice, options.SocketsNice));
        builder.AddServerCertificate(GatewayOptions.Section, options.CertificateFile, options.KeyFile);
        AddStations(builder.Services);
        builder.Services.AddHandover(options);

        // A request runs on the thread that read it from its socket, up to its first wait, instead of being handed on three times: most of what one
        // caller waits for at an idle door is threads being woken. Nothing on the way blocks a thread.
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;

            // One long header (a cookie, a token) may need most of it, and Kestrel's count of 100 is less than proxies in front may add.
            kestrel.Limits.MaxRequestHeaderCount = 1_000;
        });

        return builder;
    }

    private static void AddOptions(IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<GatewayOptions, GatewayOptionsValidator>().BindConfiguration(GatewayOptions.Section);
        services.AddSingleton<IValidateOptions<GatewayOptions>, PasswordFileValidator>();
        services.AddSingleton<IValidateOptions<GatewayOptions>, OpenDoorValidator>();
        services.AddOptionsWithValidateOnStart<AsyncOptions, AsyncOptionsValidator>().BindConfiguration(AsyncOptions.Section);
        services.AddSingleton<IValidateOptions<AsyncOptions>, CallbackSecretValidator>();
    }

    private static void AddStations(IServiceCollection services)
    {
        services.AddHostedService<DoorRehearsal>();
        services.AddHostedService<SocketPlaces>();
        services.AddHostedService<MiddleGeneration>();
        services.AddHttpForwarder();
        services.AddMetrics();

        services.AddSingleton<AdminCredentials>();
        services.AddSingleton<KeyDesk>();

        services.AddSingleton<InFlightGate>();
        services.AddSingleton<DoorQueue>();
        services.AddSingleton<FunctionBound>();
        services.AddSingleton<FunctionPlaces>();
        services.AddSingleton<KeyMeters>();
        services.AddSingleton<KeyPlaces>().AddHostedService(provider => provider.GetRequiredService<KeyPlaces>());
        services.AddSingleton<BodyReader>();
        services.AddSingleton<InvocationDeadline>();
        services.AddSingleton<AdmissionStation>();

        services.AddSingleton<RouteBoard>();
        services.AddSingleton<FirstTable>();
        services.AddSingleton<IHealthSource>(provider => provider.GetRequiredService<RouteHealth>());
        services.AddKnative();
        services.AddSingleton(CreateControlChannel);
        services.AddSingleton<ControlClient>();
        services.AddHostedService<RouteWatchLoop>();

        services.AddSingleton<ActivationEstimate>();
        services.AddSingleton<IActivator, ControllerActivator>();
        services.AddSingleton<ActivationDesk>();
        services.AddSingleton<SleepingCalls>().AddHostedService(provider => provider.GetRequiredService<SleepingCalls>());

        services.AddSingleton<LocalLoad>();
        services.AddSingleton<CircuitBoard>();
        services.AddSingleton<Dispatcher>();

        services.AddSingleton<WorkerTransport>();
        services.AddSingleton<WorkerForwarder>();
        services.AddSingleton<PlaceSearch>();
        services.AddSingleton<GenerationRunner>();
        services.AddSingleton<GenerationFanOut>();

        services.AddSingleton<FunctionDialect>();
        services.AddSingleton<CompletionFlow>();
        services.AddSingleton<ChatDialect>();
        services.AddSingleton<TextDialect>();
        services.AddVllm();

        services.AddSingleton<ControllerTransport>();
        services.AddSingleton<ControllerTransformer>();
        services.AddSingleton<ControllerForwarder>();

        services.AddSingleton<UiTransport>().AddSingleton<UiTransformer>().AddSingleton<UiForwarder>();

        services.AddSingleton<InvocationMeter>().AddSingleton<ArrivalCounts>().AddHostedService<ArrivalReportLoop>().AddHostedService<ServiceGauges>();

        services.AddSingleton<CallsClient>();
        services.AddSingleton<CallbackRule>().AddSingleton<CallbackTransport>().AddSingleton<CallbackSignature>().AddSingleton<CallbackSender>();
        services.AddSingleton<CallCancellation>().AddSingleton<AsyncDialect>().AddSingleton<AsyncExecutor>().AddSingleton<CallRunner>();
        services.AddHostedService<CallLeaseLoop>();
    }

    private static GrpcChannel CreateControlChannel(IServiceProvider services) => new(new GrpcChannelOptions
    {
        Servers = services.GetRequiredService<ControllerTransport>().RpcServers,
        Tls = services.GetRequiredService<PeerAuthority>().ClientOptions(),
        Metadata = [new(InternalToken.HeaderName, services.GetRequiredService<InternalToken>().Value)],
        Time = services.GetRequiredService<TimeProvider>(),
    });
}
