using LoraFaaS.ServiceDefaults.Health;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.ServiceDefaults.Knative;
using LoraFaaS.ServiceDefaults.Logging;
using LoraFaaS.ServiceDefaults.Metrics;
using LoraFaaS.ServiceDefaults.Tls;
using LoraFaaS.ServiceDefaults.Tracing;
using LoraFaaS.ServiceDefaults.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace LoraFaaS.ServiceDefaults;

/// <summary>What gateway, controller and worker have in common: where they listen, how they log, count, trace, stop and fail to start.</summary>
public static class HostDefaults
{
    /// <summary>
    /// A builder configured by <c>appsettings.json</c> beside the program, environment variables (<c>Host__HttpUrl</c>) and arguments
    /// (<c>--Host:HttpUrl URL</c>), later ones first; and before them all by Knative's <c>PORT</c>.
    /// </summary>
    public static WebApplicationBuilder CreateBuilder(string service, HostDoors doors, string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            // Watching configuration files takes inotify handles, of which a machine with many hosts runs out; nothing here reloads.
            Args = ["--hostBuilder:reloadConfigOnChange=false", .. ListenPort.Apply(args, Environment.GetEnvironmentVariable)],
            ApplicationName = "LoraFaaS." + service,
            ContentRootPath = AppContext.BaseDirectory,
        });

        builder.AddHostDefaults(service, doors);
        return builder;
    }

    /// <summary>Everything the page says, for a builder made elsewhere. <paramref name="service"/> is the word in logs, traces and metrics: gateway, controller, worker.</summary>
    public static WebApplicationBuilder AddHostDefaults(this WebApplicationBuilder builder, string service, HostDoors doors)
    {
        ArgumentNullException.ThrowIfNull(builder);

        var services = builder.Services;
        var identity = HostIdentity.Of(service);

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(identity);
        builder.AddListener(doors);
        builder.AddJsonLogging();
        services.AddInternalToken();
        services.AddHostMetrics();
        services.AddHostTracing(HostTracing.Exports(builder.Configuration));
        services.AddSingleton<HostHealth>();
        services.AddSingleton<ServiceIdentity>();
        services.AddSingleton<IHealthSource>(provider => provider.GetRequiredService<ServiceIdentity>());
        services.AddHostedService(provider => provider.GetRequiredService<ServiceIdentity>());

        return builder;
    }

    /// <summary><c>/healthz</c> and <c>/metrics</c>. Call after the station that checks callers.</summary>
    public static WebApplication MapHostEndpoints(this WebApplication app)
    {
        app.MapHealth();
        app.MapMetrics();

        return app;
    }

    /// <summary>Runs until told to stop. The exit code: 0 after a clean stop, 1 when it could not start and standard error says why.</summary>
    public static async Task<int> RunHostAsync(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);

        await using (app)
        {
            try
            {
                await app.StartAsync();
                Announce(app.Services);
            }
            catch (Exception failure) when (StartFailure.Describe(failure) is { } lines)
            {
                await Console.Error.WriteLineAsync(lines);
                return 1;
            }

            await app.WaitForShutdownAsync();
            return 0;
        }
    }

    /// <summary>
    /// For a whole program: what fails while the host is still being built is reported like what fails when it starts. With <c>healthcheck</c> as the
    /// first argument it asks the running one instead.
    /// </summary>
    public static async Task<int> RunAsync(string[] args, Func<WebApplication> build)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(build);

        if (args is [HealthProbe.Verb, ..])
        {
            return await HealthProbe.RunAsync(args);
        }

        WebApplication app;

        try
        {
            app = build();
        }
        catch (Exception failure) when (StartFailure.Describe(failure) is { } lines)
        {
            await Console.Error.WriteLineAsync(lines);
            return 1;
        }

        return await app.RunHostAsync();
    }

    private static void AddListener(this WebApplicationBuilder builder, HostDoors doors)
    {
        var options = new HostingOptions();
        builder.Configuration.GetSection(HostingOptions.Section).Bind(options);

        var inside = doors is HostDoors.Callers && options.InsideUrl.Length > 0 ? Address(nameof(HostingOptions.InsideUrl), options.InsideUrl) : null;

        if (inside is { IsHttps: false })
        {
            throw new HostStartException($"{HostingOptions.Section}:{nameof(HostingOptions.InsideUrl)}: {options.InsideUrl} is not https, for which alone it is there");
        }

        var listener = new HostListener(
            Address(nameof(HostingOptions.HttpUrl), options.HttpUrl),
            doors is HostDoors.HttpAndRpc ? Address(nameof(HostingOptions.RpcUrl), options.RpcUrl)
                : doors is HostDoors.Callers && options.GrpcUrl.Length > 0 ? Address(nameof(HostingOptions.GrpcUrl), options.GrpcUrl)
                : null,
            inside,
            options.AdvertiseHost,
            offersHttp2: doors is HostDoors.Callers);

        builder.WebHost.ConfigureKestrel(listener.Configure);
        builder.AddServerCertificate(HostingOptions.Section, options.CertificateFile, options.KeyFile, inside is null ? null : HostListener.InsideDoor);
        builder.Services.AddSingleton(new PeerAuthority(options.AuthorityFile));
        builder.Services.AddOptionsWithValidateOnStart<HostingOptions, HostingOptionsValidator>().BindConfiguration(HostingOptions.Section);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);
        builder.Services.AddSingleton(listener);
        builder.Services.AddSingleton<HostAddresses>();
        builder.Services.AddHostedService<ParentWatch>();
        builder.Services.AddHostedService<PlainDoorNotice>();
        builder.Services.AddHostedService<CompilerLoop>();
    }

    private static ListenAddress Address(string option, string url) => ListenAddress.Parse($"{HostingOptions.Section}:{option}", url);

    private static void Announce(IServiceProvider services)
    {
        var urls = services.GetRequiredService<HostListener>().Urls();
        var options = services.GetRequiredService<Microsoft.Extensions.Options.IOptions<HostingOptions>>().Value;

        services.GetRequiredService<HostAddresses>().Set(urls);

        if (options.ReadyFile.Length > 0)
        {
            ReadyFile.Write(options.ReadyFile, urls);
        }
    }
}
