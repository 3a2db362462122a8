using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ServiceDefaults.Logging;

/// <summary>Structured lines on standard output and nowhere else; <c>Logging:LogLevel</c> configures levels as everywhere in .NET.</summary>
internal static class LoggingExtensions
{
    public static void AddJsonLogging(this WebApplicationBuilder builder)
    {
        var logging = builder.Logging;

        logging.ClearProviders();
        logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.None);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddFilter("Yarp", LogLevel.Warning);
        logging.AddFilter("Quartz", LogLevel.Warning);
        logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ILoggerProvider, JsonLineProvider>());
    }
}
