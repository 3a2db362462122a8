using LoraFaaS.ControlPlane;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Controller.Adapters;
using LoraFaaS.Controller.Api;
using LoraFaaS.Controller.Audit;
using LoraFaaS.Controller.Backbones;
using LoraFaaS.Controller.Packages;
using LoraFaaS.Controller.Jobs;
using LoraFaaS.Controller.Problems;
using LoraFaaS.Controller.Rpc;
using LoraFaaS.Controller.Secrets;
using LoraFaaS.ServiceDefaults;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.ServiceDefaults.Trust;
using LoraFaaS.Storage;
using HostDefaults = LoraFaaS.ServiceDefaults.HostDefaults;

namespace LoraFaaS.Controller;

/// <summary>The controller's parts, and the stations of a request in order.</summary>
public static class ControllerPipeline
{
    public static WebApplication Build(string[] args)
    {
        var builder = HostDefaults.CreateBuilder("controller", HostDoors.HttpAndRpc, args);
        var services = builder.Services;

        services.AddOptionsWithValidateOnStart<ControllerOptions, ControllerOptionsValidator>().BindConfiguration(ControllerOptions.Section);
        services.AddOptionsWithValidateOnStart<PriceOptions, PriceOptionsValidator>().BindConfiguration(PriceOptions.Section);
        services.AddSecretKeys();
        services.AddLoraFaaSStorage();
        services.AddControlPlane();
        services.AddSingleton<BackboneRegistrar>().AddSingleton<AdapterRegistrar>().AddSingleton<AdapterImporter>();
        services.AddSingleton<PackageDesk>().AddSingleton<ICodeInspector>(provider => provider.GetRequiredService<PackageDesk>());
        services.AddControllerApi();
        services.AddControllerRpc();
        services.AddPlanningJobs(builder.Configuration);   // observe → forecast → plan → commands

        var app = builder.Build();

        app.UseMiddleware<ProblemStation>();   // what was thrown becomes a reply
        app.UseRouting();
        app.UseInternalToken();                // only the platform's own processes come in
        app.UseMiddleware<AuditStation>();     // changes are recorded with who asked
        app.Use(NotFoundStation.InvokeAsync);  // no such route

        app.MapHostEndpoints();                // /healthz, /metrics
        app.MapControllerApi();                // /system, /api/v1, /internal
        app.MapControllerRpc();                // gateways and workers, over HTTP/2
        return app;
    }
}
