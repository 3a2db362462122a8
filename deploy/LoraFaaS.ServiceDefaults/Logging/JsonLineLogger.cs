using System.Text.Json;
using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ServiceDefaults.Logging;

/// <summary>One category's lines. What level is asked of it the filters have decided before.</summary>
internal sealed class JsonLineLogger(string category, HostIdentity identity, LineOutlet outlet, TimeProvider time) : ILogger
{
    private readonly JsonEncodedText _category = JsonEncodedText.Encode(category);
    private readonly JsonEncodedText _service = JsonEncodedText.Encode(identity.Service);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel) || StartNoise.IsReportedElsewhere(category, eventId))
        {
            return;
        }

        using var line = JsonLine.Take();
        line.Write(time.GetUtcNow().UtcDateTime, logLevel, _service, _category, eventId.Id, formatter(state, exception), state, exception);
        outlet.Add(line.Bytes, isUrgent: logLevel >= LogLevel.Error);
    }
}
