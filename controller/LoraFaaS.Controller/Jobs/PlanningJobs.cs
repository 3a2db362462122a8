using LoraFaaS.ControlPlane.Planning;
using LoraFaaS.Storage;
using Npgsql;
using Quartz;

namespace LoraFaaS.Controller.Jobs;

/// <summary>
/// The control loop's jobs. Commanding is each controller's own and lives in memory, as forecasting does; planning is the cluster's: with Postgres its
/// trigger lies there and fires at one controller, without it lies in memory too.
/// </summary>
internal static class PlanningJobs
{
    private const string Own = "own";
    private const string Cluster = "cluster";

    public static IServiceCollection AddPlanningJobs(this IServiceCollection services, IConfiguration configuration)
    {
        var options = configuration.GetSection(PlanningOptions.Section).Get<PlanningOptions>() ?? new PlanningOptions();

        if (!options.Enabled)
        {
            return services;
        }

        services.AddQuartz(Own, jobs =>
        {
            jobs.ScheduleJob<CommandJob>(trigger => trigger.WithIdentity("command").WithSimpleSchedule(options.Interval / 2));
        });

        services.AddQuartz(Cluster, jobs =>
        {
            if (configuration[$"{StorageOptions.Section}:{nameof(StorageOptions.Postgres)}"] is { Length: > 0 } postgres)
            {
                jobs.UsePersistentStore(store => store.UsePostgres(NpgsqlFactory.Instance, postgres).UseClustering(_ => { }).ProvisionSchema());
            }

            jobs.ScheduleJob<PlanJob>(trigger => trigger.WithIdentity("plan").WithSimpleSchedule(options.Interval));
        });

        services.AddQuartzHostedService(Own, _ => { });
        services.AddQuartzHostedService(Cluster, _ => { });
        return services;
    }
}
