using LoraFaaS.ServiceDefaults.Arrivals;
using LoraFaaS.ServiceDefaults.Health;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.ServiceDefaults.Tls;
using LoraFaaS.ServiceDefaults.Trust;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Handlers;
using LoraFaaS.Worker.Invocations;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Metering;
using LoraFaaS.Worker.Offloading;
using LoraFaaS.Worker.Rehearsals;
using LoraFaaS.Worker.Sandboxes;
using LoraFaaS.Worker.Turns;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using static LoraFaaS.ServiceDefaults.HostDefaults;

namespace LoraFaaS.Worker;

/// <summary>What the worker is made of. Services stop in the reverse of this order, after the server has let its last request go.</summary>
public static class WorkerHost
{
    public static WebApplication Build(string[] args)
    {
        var builder = CreateWorker(args);
        return Map(builder.Build());
    }

    /// <summary>
    /// The same stations over another's threads and its knowledge of the machine, with sandboxes that are played, and nothing that goes on beside calls: it has no session,
    /// keeps no blanks, meters and logs for nobody.
    /// </summary>
    internal static WebApplication BuildRehearsal(string[] args, IsolationStation isolation, RuntimeFolder folder, LoadThreads threads)
    {
        var builder = CreateWorker(args);
        var services = builder.Services;
        builder.Logging.ClearProviders();
        services.RemoveAll<IHostedService>();
        services.AddSingleton(isolation);
        services.AddSingleton(folder);
        services.AddSingleton(threads);
        services.AddSingleton<ISandboxSource, PlayedSandboxes>();
        services.AddHostedService(provider => provider.GetRequiredService<SandboxSupervisor>());
        services.AddHostedService(provider => provider.GetRequiredService<BatchLoop>());
        return Map(builder.Build());
    }

    private static WebApplicationBuilder CreateWorker(string[] args)
    {
        var builder = CreateBuilder("worker", HostDoors.Http, args);
        var services = builder.Services;

        services.AddOptionsWithValidateOnStart<WorkerOptions, WorkerOptionsValidator>().BindConfiguration(WorkerOptions.Section);
        services.AddSingleton<IValidateOptions<WorkerOptions>, WorkerOptionsTogether>();
        services.AddOptionsWithValidateOnStart<BatchOptions, BatchOptionsValidator>().BindConfiguration(BatchOptions.Section);

        services.AddOptionsWithValidateOnStart<HandlerOptions, HandlerOptionsValidator>().BindConfiguration(HandlerOptions.Section);

        // The endpoint has its own, smaller limit, and answers it in our own words.
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = null);

        services.AddConnectionProof();
        services.AddRequestArrival();
        AddTiers(services);
        AddIsolation(services);
        AddOffloading(services);
        AddSandboxes(services);
        AddHandlers(services);
        AddInvocations(services);
        AddControl(services);
        return builder;
    }

    private static WebApplication Map(WebApplication app)
    {
        app.UseInternalToken();
        app.MapHostEndpoints();
        GenerateEndpoint.Map(app, app.Services.GetRequiredService<GenerateEndpoint>());
        _ = app.Services.GetRequiredService<MemoryMetrics>();
        return app;
    }

    private static void AddTiers(IServiceCollection services)
    {
        services.AddSingleton(provider => new WorkerName(WorkerIdentity.Establish(Options(provider))));
        services.AddSingleton(provider => new DeviceLedger(Options(provider).DeviceBytes));
        services.AddSingleton(provider => new HostLedger(Options(provider).HostBytes));
        services.AddSingleton<MemoryBooks>();
        services.AddSingleton<ResidencyChanges>();
        services.AddSingleton<ResidencyNotes>();
        services.AddSingleton<LiveDemand>();
        services.AddSingleton<ColdInvocations>();
        services.AddSingleton<NextBackbone>();
        services.AddSingleton<ControllerLink>();
        services.AddSingleton<IArtifactLocation>(provider => provider.GetRequiredService<ControllerLink>());
        services.AddSingleton<IArtifactRemote>(provider => new PatientArtifactRemote(
            new HttpArtifactRemote(
                ArtifactClient(provider.GetRequiredService<InternalToken>(), provider.GetRequiredService<PeerAuthority>()),
                provider.GetRequiredService<IArtifactLocation>(),
                provider.GetRequiredService<TimeProvider>()),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new VerifiedArtifacts(
            DataPath(provider, "verified-artifacts"), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<VerifiedArtifacts>>()));
        services.AddSingleton(provider => new ArtifactCache(
            DataPath(provider, "artifacts"), Options(provider).DiskBytes, provider.GetRequiredService<IArtifactRemote>(), provider.GetRequiredService<ArtifactWorth>(),
            provider.GetRequiredService<VerifiedArtifacts>(), provider.GetRequiredService<ResidencyChanges>(), provider.GetRequiredService<ILogger<ArtifactCache>>()));
        services.AddSingleton(provider => new BackboneCatalogue(DataPath(provider, "backbones.json"), provider.GetRequiredService<ILogger<BackboneCatalogue>>()));
        services.AddSingleton<IBackboneConfigs, BackboneConfigs>();
        services.AddSingleton<LoadThreads>();
        services.AddSingleton(provider =>
        {
            var metrics = provider.GetRequiredService<WorkerMetrics>();
            return new LoadSpacing(() => metrics.Running, Options(provider).LoadShare, provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton<SegmentAtHand>();
        services.AddSingleton<IAdapterLoader, AdapterLoader>();
        services.AddSingleton<PrefixImages>();
        services.AddSingleton(provider => new PrefixDisk(
            DataPath(provider, "prefixes"), Options(provider).PrefixDiskBytes, Options(provider).PrefixDiskReserveBytes, provider.GetRequiredService<PrefixWorth>(),
            provider.GetRequiredService<LoadThreads>(), provider.GetRequiredService<ResidencyChanges>(), provider.GetRequiredService<ILogger<PrefixDisk>>()));
        services.AddSingleton<PrefixWriter>().AddHostedService(provider => provider.GetRequiredService<PrefixWriter>());
        services.AddSingleton<PrefixTiers>();
        services.AddSingleton<AdapterHostCache>();
        services.AddSingleton<AdapterTiers>();
        services.AddSingleton(provider => new VerifiedFolders(
            DataPath(provider, "verified-backbones.json"), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<VerifiedFolders>>()));
        services.AddSingleton<BackboneLoads>();
        services.AddSingleton<BackboneLoader>();
        services.AddSingleton<BackboneStore>();
    }

    private static void AddOffloading(IServiceCollection services)
    {
        services.AddSingleton<ArtifactRates>();
        services.AddSingleton<TierCosts>();
        services.AddSingleton<ArtifactWorth>();
        services.AddSingleton<PrefixWorth>();
        services.AddSingleton<EvictionMetrics>().AddSingleton<IEvictionCharges, EvictionCharges>();
        services.AddSingleton<DeviceRoom>();
        services.AddSingleton<BackboneRoom>();
        services.AddHostedService<OffloadLoop>();
    }

    /// <summary>First of all services: what the machine enforces is known before anything is started or said.</summary>
    private static void AddIsolation(IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<IsolationOptions, IsolationOptionsValidator>().BindConfiguration(IsolationOptions.Section);
        services.AddSingleton<IValidateOptions<IsolationOptions>, IsolationOptionsTogether>();
        services.AddSingleton(provider => new RuntimeFolder(Path.GetTempPath(), provider.GetRequiredService<ILogger<RuntimeFolder>>()));
        services.AddSingleton(provider => new LauncherProgram(provider.GetRequiredService<IOptions<IsolationOptions>>().Value));
        services.AddSingleton(provider => new SandboxProgram(Options(provider), provider.GetRequiredService<IOptions<IsolationOptions>>().Value));
        services.AddSingleton<HandlerProgram>();
        services.AddSingleton<SandboxLauncher>();
        services.AddSingleton<IsolationStation>();
        services.AddHostedService(provider => provider.GetRequiredService<IsolationStation>());
        services.AddSingleton<ViolationMetrics>();
        services.AddSingleton<ResourceWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<ResourceWatch>());
        services.AddSingleton<ConfinedSurroundings>();
        services.AddSingleton<ConfinedLauncher>();
    }

    private static void AddSandboxes(IServiceCollection services)
    {
        services.AddSingleton<TurnArbiter>();
        services.AddSingleton<RehearsalStage>();
        services.AddSingleton<ISandboxSource, SandboxSource>();

        // Before the first blank, which would have the processors beside it.
        services.AddHostedService<LoadRehearsal>();
        services.AddSingleton<SandboxSpawner>();
        services.AddHostedService(provider => provider.GetRequiredService<SandboxSpawner>());
        services.AddSingleton<SandboxOpener>();
        services.AddSingleton<SandboxSupervisor>();
        services.AddHostedService(provider => provider.GetRequiredService<SandboxSupervisor>());
    }

    private static void AddHandlers(IServiceCollection services)
    {
        services.AddSingleton<HandlerSpawner>();
        services.AddHostedService(provider => provider.GetRequiredService<HandlerSpawner>());
        services.AddSingleton<CodeStore>();
        services.AddSingleton<ISecretSource, ControllerSecrets>();
        services.AddSingleton<HandlerOpener>();
        services.AddSingleton<HandlerSupervisor>();
        services.AddHostedService(provider => provider.GetRequiredService<HandlerSupervisor>());
    }

    private static void AddInvocations(IServiceCollection services)
    {
        services.AddSingleton(provider => new UsageSpool(
            DataPath(provider, "usage.spool"), Options(provider).UsageReserveBytes, provider.GetRequiredService<ILogger<UsageSpool>>()));
        services.AddSingleton<FunctionLog>();
        services.AddSingleton<DrainState>();
        services.AddHostedService(provider => provider.GetRequiredService<DrainState>());
        services.AddSingleton<Admission>();
        services.AddSingleton<WorkerMetrics>();
        services.AddSingleton<MemoryMetrics>();
        services.AddSingleton<InvocationCounts>();
        services.AddSingleton<CodeStation>();
        services.AddSingleton<LoadStation>();
        services.AddSingleton<MemoryReserve>();
        services.AddHostedService(provider => provider.GetRequiredService<MemoryReserve>());
        services.AddSingleton<WakeProgress>();
        services.AddSingleton<BatchLoop>();
        services.AddHostedService(provider => provider.GetRequiredService<BatchLoop>());
        services.AddSingleton<GenerateStation>();
        services.AddSingleton<AccountStation>();
        services.AddSingleton<WorkerPipeline>();
        services.AddSingleton<ConcurrencyBound>();
        services.AddSingleton<GenerateEndpoint>();
    }

    private static void AddControl(IServiceCollection services)
    {
        services.AddSingleton<Inventory>();
        services.AddSingleton<PreloadExecutor>();
        services.AddSingleton<OffloadExecutor>();
        services.AddSingleton<SessionSources>();
        services.AddSingleton<CommandExecutor>();
        services.AddSingleton<IHealthSource, WorkerHealth>();
        services.AddHostedService<SessionLoop>();
    }

    private static WorkerOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<WorkerOptions>>().Value;

    private static string DataPath(IServiceProvider provider, string name) => Path.GetFullPath(Path.Combine(Options(provider).DataPath, name));

    private static HttpClient ArtifactClient(InternalToken token, PeerAuthority authority)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, SslOptions = authority.ClientOptions() })
        {
            // The download watches for standstill itself; a large artifact may take minutes.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.Add(InternalToken.HeaderName, token.Value);
        return client;
    }
}
