using LoraFaaS.Console.Live;
using LoraFaaS.Console.Scripts;
using LoraFaaS.Console.Session;
using LoraFaaS.ServiceDefaults;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.ServiceDefaults.Trust;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Radzen;
using HostDefaults = LoraFaaS.ServiceDefaults.HostDefaults;

namespace LoraFaaS.Console;

/// <summary>
/// The console's parts, and the stations of a request in order. It stands behind the gateway, which forwards /ui to it, and has no way to the platform
/// but the gateway's own API, with the credentials that somebody logged in with.
/// </summary>
public static class ConsolePipeline
{
    /// <summary>Where the gateway serves it.</summary>
    public const string BasePath = "/ui";

    public static WebApplication Build(string[] args)
    {
        var builder = HostDefaults.CreateBuilder("console", HostDoors.Http, args);
        var services = builder.Services;

        // What the build left beside the program; a published one has its files in wwwroot.
        builder.Configuration[WebHostDefaults.StaticWebAssetsKey] = Path.Combine(AppContext.BaseDirectory, "LoraFaaS.Console.staticwebassets.runtime.json");
        StaticWebAssetsLoader.UseStaticWebAssets(builder.Environment, builder.Configuration);
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.None);

        services.AddOptionsWithValidateOnStart<ConsoleOptions, ConsoleOptionsValidator>().BindConfiguration(ConsoleOptions.Section);
        services.AddSingleton<IDataProtectionProvider, TokenProtection>();
        services.AddConsoleLogin();
        services.AddSingleton<GatewayAddress>().AddSingleton<BlazorScript>();
        services.AddScoped<ConsoleSession>().AddScoped<Notices>();
        services.AddResponseCompression(options => options.MimeTypes = ["text/css", "text/javascript"]);   // pages carry secrets, files do not
        services.AddRadzenComponents();
        services.AddRazorComponents().AddInteractiveServerComponents(options => options.DisconnectedCircuitMaxRetained = 100)
            .AddHubOptions(hub => hub.MaximumReceiveMessageSize = 64 << 10);

        var app = builder.Build();

        app.UseInternalToken();                        // nobody comes but through the gateway
        app.UseMiddleware<DoorStation>();              // /ui is the console's, the rest the host's own
        app.UsePathBase(BasePath);
        app.UseMiddleware<HeaderStation>();            // content security policy
        app.UseResponseCompression();
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();

        app.MapHostEndpoints();                        // /healthz, /metrics
        app.MapStaticAssets("LoraFaaS.Console.staticwebassets.endpoints.json");
        app.MapBlazorScript();
        app.MapLogin();                                // the only pages without a login
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null).RequireAuthorization();
        return app;
    }
}
