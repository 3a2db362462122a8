using LoraFaaS.ControlPlane.Async;
using LoraFaaS.ControlPlane.Forecasting;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Keys;
using LoraFaaS.ControlPlane.Logs;
using LoraFaaS.ControlPlane.Metering;
using LoraFaaS.ControlPlane.Placement;
using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Retention;
using LoraFaaS.ControlPlane.Routes;
using LoraFaaS.ControlPlane.Secrets;
using LoraFaaS.ControlPlane.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane;

/// <summary>Everything of the control plane but its ports, which a store adds.</summary>
public static class ControlPlaneServices
{
    public static IServiceCollection AddControlPlane(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => ControllerIdentity.New());

        AddOptions<WorkerOptions, WorkerOptionsValidator>(services, WorkerOptions.Section);
        AddOptions<ActivationOptions, ActivationOptionsValidator>(services, ActivationOptions.Section);
        AddOptions<RevisionOptions, RevisionOptionsValidator>(services, RevisionOptions.Section);
        AddOptions<ReconcileOptions, ReconcileOptionsValidator>(services, ReconcileOptions.Section);
        AddOptions<KeepAliveOptions, KeepAliveOptionsValidator>(services, KeepAliveOptions.Section);
        AddOptions<ForecastOptions, ForecastOptionsValidator>(services, ForecastOptions.Section);
        AddOptions<PlanningOptions, PlanningOptionsValidator>(services, PlanningOptions.Section);
        AddOptions<AsyncOptions, AsyncOptionsValidator>(services, AsyncOptions.Section);
        AddOptions<RetentionOptions, RetentionOptionsValidator>(services, RetentionOptions.Section);

        services.TryAddSingleton(SecretKeyRing.Empty);
        services.AddSingleton<SecretSealer>().AddSingleton<SecretRegistry>().AddSingleton<FunctionSecretReader>().AddSingleton<ApiKeyRegistry>();
        services.AddSingleton<CallNews>().AddSingleton<AsyncMetrics>().AddSingleton<AsyncCalls>().AddHostedService<AsyncPurgeLoop>();
        services.AddSingleton<CatalogueNews>().AddSingleton<RevisionResolver>().AddSingleton<FunctionRegistry>().AddSingleton<TrafficRegistry>();
        services.AddMetrics();
        services.AddSingleton<WorkerRegistry>().AddSingleton<DrainDesk>().AddSingleton<Placer>().AddSingleton<ActivationMetrics>().AddSingleton<ActivationService>();
        services.AddSingleton<CatalogueView>().AddSingleton<RouteTable>().AddSingleton<LoopSignals>();
        services.AddSingleton<ForecastBoard>().AddSingleton<IForecasts>(provider => provider.GetRequiredService<ForecastBoard>());
        services.AddSingleton<NetworkBoard>().AddSingleton<LessonInbox>().AddSingleton<LeadershipCheck>().AddSingleton<Forecaster>();
        services.AddSingleton<PlanTurn>().AddSingleton<PlanCommands>().AddSingleton<PlanExplainer>().AddSingleton<KeepAliveSources>();
        services.AddSingleton<LogNews>().AddSingleton<FunctionLogs>().AddSingleton<InvocationCounts>();

        // Stopped after everything that leads.
        services.AddHostedService<LeaderRetirement>();

        // Counters are raised before the first session can add to them.
        services.AddHostedService(provider => provider.GetRequiredService<InvocationCounts>());
        services.AddHostedService<SecretResealing>();
        services.AddHostedService<NoticeLoop>().AddHostedService<RouteLoop>().AddHostedService<BackboneLoop>();
        services.AddHostedService<SessionWatchLoop>().AddHostedService<ReconcileLoop>().AddHostedService<KeepAliveLoop>();
        services.AddHostedService<ForecastLoop>().AddHostedService<NetworkSchool>().AddHostedService<HoldingLoop>();
        services.AddSingleton<RetentionExecutor>().AddHostedService<RetentionLoop>();
        return services;
    }

    private static void AddOptions<TOptions, TValidator>(IServiceCollection services, string section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions> =>
        services.AddOptionsWithValidateOnStart<TOptions, TValidator>().BindConfiguration(section);
}
