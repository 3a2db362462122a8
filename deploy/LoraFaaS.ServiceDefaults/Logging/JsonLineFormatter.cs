using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace LoraFaaS.ServiceDefaults.Logging;

/// <summary>
/// One JSON object a line: time, level, service, category, event, message, the message's fields, and the trace id that an invocation keeps on
/// every host. Runs on the logging thread, where the activity is still current.
/// </summary>
internal sealed class JsonLineFormatter(TimeProvider time, HostIdentity identity) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "lorafaas-json-lines";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (StartNoise.IsReportedElsewhere(logEntry.Category, logEntry.EventId))
        {
            return;
        }

        var line = JsonLine.Take();
        var json = line.Json;
        json.WriteStartObject();
        json.WriteString("time", time.GetUtcNow().UtcDateTime);
        json.WriteString("level", LevelName(logEntry.LogLevel));
        json.WriteString("service", identity.Service);
        json.WriteString("category", logEntry.Category);
        WriteEvent(json, logEntry.EventId);
        json.WriteString("message", logEntry.Formatter(logEntry.State, logEntry.Exception));
        WriteTrace(json);
        WriteFields(line, logEntry.State);

        if (logEntry.Exception is { } exception)
        {
            json.WriteString("exception", exception.ToString());
        }

        json.WriteEndObject();
        line.CopyTo(textWriter);
        textWriter.Write('\n');
        line.GiveBack();
    }

    private static void WriteEvent(Utf8JsonWriter json, EventId id)
    {
        if (id.Id != 0)
        {
            json.WriteNumber("event", id.Id);
        }
    }

    private static void WriteTrace(Utf8JsonWriter json)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            json.WriteString("traceId", activity.TraceId.ToHexString());
            json.WriteString("spanId", activity.SpanId.ToHexString());
        }
    }

    /// <summary>The message's own; there are no scopes (<see cref="LoggingExtensions"/>).</summary>
    private static void WriteFields<TState>(JsonLine line, TState state)
    {
        if (state is not IEnumerable<KeyValuePair<string, object?>> pairs)
        {
            return;
        }

        foreach (var (name, value) in pairs)
        {
            // The template repeats the message; the server's own ids repeat the trace. A name that stands in the template twice is one field.
            if (name is "{OriginalFormat}" or "RequestId" or "ConnectionId" or "RequestPath" || !line.Names.Add(name))
            {
                continue;
            }

            if (line.Names.Count == 1)
            {
                line.Json.WriteStartObject("fields");
            }

            WriteField(line.Json, name, value);
        }

        if (line.Names.Count > 0)
        {
            line.Json.WriteEndObject();
        }
    }

    private static void WriteField(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case long number:
                json.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumber(name, number);
                break;
            case IFormattable formattable:
                json.WriteString(name, formattable.ToString(null, CultureInfo.InvariantCulture));
                break;
            default:
                json.WriteString(name, value.ToString());
                break;
        }
    }

    private static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        LogLevel.Critical => "fatal",
        _ => throw new UnreachableException(),
    };
}
