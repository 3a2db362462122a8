namespace LoraFaaS.Controller.Api;

/// <summary>Every HTTP/1.1 route and who answers it.</summary>
internal static class Routes
{
    public static void MapControllerApi(this IEndpointRouteBuilder routes)
    {
        const string Name = $"{{name:{NameConstraint.Key}}}";

        routes.MapGet("/system/functions", Ask<FunctionsApi>(api => api.ListAsync));
        routes.MapPost("/system/functions", Ask<FunctionsApi>(api => api.DeployAsync));
        routes.MapPut("/system/functions", Ask<FunctionsApi>(api => api.UpdateAsync));
        routes.MapDelete("/system/functions", Ask<FunctionsApi>(api => api.DeleteAsync));
        routes.MapGet($"/system/function/{Name}", Ask<FunctionsApi>(api => api.GetAsync));
        routes.MapGet($"/system/function/{Name}/revisions", Ask<TrafficApi>(api => api.ListRevisionsAsync));
        routes.MapGet($"/system/function/{Name}/traffic", Ask<TrafficApi>(api => api.GetAsync));
        routes.MapPut($"/system/function/{Name}/traffic", Ask<TrafficApi>(api => api.SplitAsync));
        routes.MapPost($"/system/function/{Name}/promote", Ask<TrafficApi>(api => api.PromoteAsync));
        routes.MapPost($"/system/function/{Name}/rollback", Ask<TrafficApi>(api => api.RollbackAsync));
        routes.MapPost($"/system/scale-function/{Name}", Ask<ScaleFunctionApi>(api => api.ScaleAsync));

        routes.MapGet("/system/forecasts", Ask<ForecastsApi>(api => api.ListAsync));
        routes.MapGet($"/system/forecast/{Name}", Ask<ForecastsApi>(api => api.GetAsync));

        routes.MapGet("/system/info", Ask<InfoApi>(api => api.GetAsync));
        routes.MapGet("/system/namespaces", Ask<NamespacesApi>(api => api.ListAsync));
        routes.MapPost("/system/namespace/", Ask<NamespacesApi>(api => api.CreateAsync));
        routes.MapMethods("/system/namespace/", [HttpMethods.Get, HttpMethods.Put, HttpMethods.Delete], Ask<NamespacesApi>(_ => NamespacesApi.RefuseNamelessAsync));
        routes.MapGet($"/system/namespace/{Name}", Ask<NamespacesApi>(api => api.GetAsync));
        routes.MapPut($"/system/namespace/{Name}", Ask<NamespacesApi>(api => api.UpdateAsync));
        routes.MapDelete($"/system/namespace/{Name}", Ask<NamespacesApi>(api => api.DeleteAsync));
        routes.MapPost("/system/alert", Ask<AlertApi>(api => api.ReceiveAsync));
        routes.MapGet("/system/logs", Ask<LogsApi>(api => api.ReadAsync));
        routes.MapGet("/system/secrets", Ask<SecretsApi>(api => api.ListAsync));
        routes.MapPost("/system/secrets", Ask<SecretsApi>(api => api.CreateAsync));
        routes.MapPut("/system/secrets", Ask<SecretsApi>(api => api.UpdateAsync));
        routes.MapDelete("/system/secrets", Ask<SecretsApi>(api => api.DeleteAsync));

        routes.MapGet("/api/v1/backbones", Ask<BackbonesApi>(api => api.ListAsync));
        routes.MapPost("/api/v1/backbones", Ask<BackbonesApi>(api => api.RegisterAsync));
        routes.MapDelete($"/api/v1/backbones/{Name}", Ask<BackbonesApi>(api => api.RemoveAsync));
        routes.MapGet("/api/v1/adapters", Ask<AdaptersApi>(api => api.ListAsync));
        routes.MapPost("/api/v1/adapters", Ask<AdaptersApi>(api => api.ImportAsync));
        routes.MapPut($"/api/v1/adapters/{{backbone:{NameConstraint.Key}}}/{Name}", Ask<AdaptersApi>(api => api.PushAsync));
        routes.MapPost("/api/v1/packages", Ask<PackagesApi>(api => api.PushAsync));
        routes.MapGet("/api/v1/workers", Ask<WorkersApi>(api => api.ListAsync));
        routes.MapPost("/api/v1/workers/{id}/drain", Ask<WorkersApi>(api => api.DrainAsync));
        routes.MapPost("/api/v1/workers/{id}/resume", Ask<WorkersApi>(api => api.ResumeAsync));
        routes.MapGet("/api/v1/functions", Ask<FunctionPageApi>(api => api.ReadAsync));
        routes.MapGet("/api/v1/stats", Ask<StatsApi>(api => api.ReadAsync));
        routes.MapGet("/api/v1/cost", Ask<CostApi>(api => api.ReadAsync));
        routes.MapGet("/api/v1/moves", Ask<CostApi>(api => api.ListMovesAsync));
        routes.MapGet("/api/v1/usage", Ask<UsageApi>(api => api.ReadAsync));

        routes.MapGet("/api/v1/plan", Ask<PlanApi>(api => api.GetAsync));
        routes.MapGet("/api/v1/plans", Ask<PlanApi>(api => api.ListAsync));

        routes.MapGet("/api/v1/keys", Ask<ApiKeysApi>(api => api.ListAsync));
        routes.MapPost("/api/v1/keys", Ask<ApiKeysApi>(api => api.IssueAsync));
        routes.MapPost($"/api/v1/keys/{Name}/rotate", Ask<ApiKeysApi>(api => api.RotateAsync));
        routes.MapDelete($"/api/v1/keys/{Name}", Ask<ApiKeysApi>(api => api.RevokeAsync));
        routes.MapGet("/api/v1/audit", Ask<AuditApi>(api => api.ReadAsync));
        routes.MapGet("/api/v1/async", Ask<AsyncApi>(api => api.CountAsync));
        routes.MapGet("/api/v1/async/dead", Ask<AsyncApi>(api => api.ListDeadAsync));
        routes.MapGet("/api/v1/async/{id}", Ask<AsyncApi>(api => api.GetAsync));
        routes.MapDelete("/api/v1/async/{id}", Ask<AsyncApi>(api => api.CancelAsync));
        routes.MapPost("/api/v1/async/{id}/replay", Ask<AsyncApi>(api => api.ReplayAsync));

        routes.MapGet("/internal/artifacts/{digest}", Ask<ArtifactsApi>(api => api.GetAsync));
    }

    public static IServiceCollection AddControllerApi(this IServiceCollection services)
    {
        services.AddSingleton<StatusBuilder>().AddSingleton<UsageMeter>().AddSingleton<RevisionList>().AddSingleton<TrafficApi>();
        services.AddSingleton<FunctionsApi>().AddSingleton<ScaleFunctionApi>().AddSingleton<AlertApi>().AddSingleton<InfoApi>().AddSingleton<NamespacesApi>();
        services.AddSingleton<LogsApi>().AddSingleton<SecretsApi>().AddSingleton<BackbonesApi>().AddSingleton<AdaptersApi>().AddSingleton<PackagesApi>();
        services.AddSingleton<WorkersApi>().AddSingleton<FunctionPageApi>().AddSingleton<StatsApi>().AddSingleton<CostApi>().AddSingleton<UsageApi>().AddSingleton<ArtifactsApi>();
        services.AddSingleton<ApiKeysApi>().AddSingleton<AuditApi>().AddSingleton<AsyncApi>().AddSingleton<ForecastsApi>().AddSingleton<PlanApi>();
        services.Configure<RouteOptions>(options => options.SetParameterPolicy<NameConstraint>(NameConstraint.Key));
        return services;
    }

    private static RequestDelegate Ask<TApi>(Func<TApi, RequestDelegate> handler)
        where TApi : class =>
        context => handler(context.RequestServices.GetRequiredService<TApi>())(context);
}
