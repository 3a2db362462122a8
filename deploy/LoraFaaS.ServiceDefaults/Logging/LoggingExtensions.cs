using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

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
        logging.AddConsole(console =>
        {
            console.FormatterName = JsonLineFormatter.FormatterName;

            // A reader of our output that stops reading must not stop an invocation: lines over the queue are dropped, and counted in the log.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
        // Nobody here opens a scope but the server, with its own ids, which repeat the trace; keeping them changed the execution context four times a call.
        builder.Services.Configure<LoggerFilterOptions>(filters => filters.CaptureScopes = false);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ConsoleFormatter, JsonLineFormatter>());
    }
}
