using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ServiceDefaults.Logging;

/// <summary>
/// One JSON object a line: time, level, service, category, event, message, the message's fields, and the trace id that an invocation keeps on every host. Made on the thread that logs, where the
/// activity is still current, in a buffer that the thread keeps.
/// </summary>
internal sealed class JsonLine : IDisposable
{
    private const int FirstBytes = 1_024;

    /// <summary>A buffer that an exception's text made larger is not kept.</summary>
    private const int MostKept = 16 << 10;

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonEncodedText[] Levels = [.. new[] { "trace", "debug", "info", "warn", "error", "fatal" }.Select(name => JsonEncodedText.Encode(name))];

    [ThreadStatic]
    private static JsonLine? _ofThread;

    private readonly ArrayBufferWriter<byte> _buffer = new(FirstBytes);
    private readonly Utf8JsonWriter _json;

    private JsonLine() => _json = new Utf8JsonWriter(_buffer, WriterOptions);

    /// <summary>With its end. Until <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.WrittenSpan;

    /// <summary>This thread's, until <see cref="Dispose"/> gives it back; a field that itself logs while it is written gets another.</summary>
    public static JsonLine Take()
    {
        var line = _ofThread ?? new JsonLine();
        _ofThread = null;
        return line;
    }

    public void Dispose()
    {
        if (_buffer.Capacity > MostKept)
        {
            _json.Dispose();
            return;
        }

        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _ofThread = this;
    }

    public void Write<TState>(
        DateTime utc, LogLevel level, JsonEncodedText service, JsonEncodedText category, int id, string message, TState state, Exception? exception)
    {
        _json.WriteStartObject();
        _json.WriteString("time"u8, utc);
        _json.WriteString("level"u8, Levels[(int)level]);
        _json.WriteString("service"u8, service);
        _json.WriteString("category"u8, category);

        if (id != 0)
        {
            _json.WriteNumber("event"u8, id);
        }

        _json.WriteString("message"u8, message);
        WriteTrace();
        WriteFields(state);

        if (exception is not null)
        {
            _json.WriteString("exception"u8, exception.ToString());
        }

        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
    }

    private void WriteTrace()
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            _json.WriteString("traceId"u8, activity.TraceId.ToHexString());
            _json.WriteString("spanId"u8, activity.SpanId.ToHexString());
        }
    }

    /// <summary>Only the message's own: nobody here opens a scope but the server, whose ids repeat the trace.</summary>
    private void WriteFields<TState>(TState state)
    {
        var isOpen = false;

        switch (state)
        {
            // By index where there is one: an enumerator would be made for each line.
            case IReadOnlyList<KeyValuePair<string, object?>> list:
                for (var i = 0; i < list.Count; i++)
                {
                    WriteField(list[i], ref isOpen);
                }

                break;
            case IEnumerable<KeyValuePair<string, object?>> pairs:
                foreach (var pair in pairs)
                {
                    WriteField(pair, ref isOpen);
                }

                break;
            default:
                break;
        }

        if (isOpen)
        {
            _json.WriteEndObject();
        }
    }

    private void WriteField(KeyValuePair<string, object?> field, ref bool isOpen)
    {
        // The template repeats the message.
        if (field.Key == "{OriginalFormat}")
        {
            return;
        }

        if (!isOpen)
        {
            _json.WriteStartObject("fields"u8);
            isOpen = true;
        }

        switch (field.Value)
        {
            case null:
                _json.WriteNull(field.Key);
                break;
            case string text:
                _json.WriteString(field.Key, text);
                break;
            case bool flag:
                _json.WriteBoolean(field.Key, flag);
                break;
            case int number:
                _json.WriteNumber(field.Key, number);
                break;
            case long number:
                _json.WriteNumber(field.Key, number);
                break;
            case double number when double.IsFinite(number):
                _json.WriteNumber(field.Key, number);
                break;
            case IFormattable formattable:
                _json.WriteString(field.Key, formattable.ToString(null, CultureInfo.InvariantCulture));
                break;
            default:
                _json.WriteString(field.Key, field.Value.ToString());
                break;
        }
    }
}
