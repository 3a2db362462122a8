using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;

namespace LoraFaaS.Gateway.Rendering;

/// <summary>Server-sent events (WHATWG HTML, 9.2) or lines of JSON on a response, each sent at once. JSON holds no raw newline, so one event is one line of data.</summary>
internal sealed class EventStreamWriter(HttpContext context, string contentType)
{
    public const string EventStream = "text/event-stream";
    public const string Ndjson = "application/x-ndjson";

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool HasStarted { get; private set; }

    /// <summary>Sends the head. Until now a failure may still become an ordinary status.</summary>
    public void Start()
    {
        if (HasStarted)
        {
            return;
        }

        HasStarted = true;
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = contentType;
        context.Response.Headers.CacheControl = "no-cache";

        // nginx, the usual proxy in front of us, collects a whole buffer otherwise.
        context.Response.Headers["X-Accel-Buffering"] = "no";
    }

    /// <summary><c>event: name</c> (when there is one) and <c>data: {json}</c>.</summary>
    public void WriteEvent<T>(string? name, T data, JsonTypeInfo<T> type)
    {
        var output = context.Response.BodyWriter;

        if (name is not null)
        {
            output.Write("event: "u8);
            Encoding.UTF8.GetBytes(name.AsSpan(), output);
            output.Write("\n"u8);
        }

        output.Write("data: "u8);
        WriteJson(output, data, type);
        output.Write("\n\n"u8);
    }

    public void WriteLine<T>(T data, JsonTypeInfo<T> type)
    {
        var output = context.Response.BodyWriter;
        WriteJson(output, data, type);
        output.Write("\n"u8);
    }

    public void WriteRaw(ReadOnlySpan<byte> bytes) => context.Response.BodyWriter.Write(bytes);

    /// <summary>Waits while the caller reads no faster: that is what holds back its generation, and only its.</summary>
    public async ValueTask FlushAsync() => await context.Response.BodyWriter.FlushAsync(context.RequestAborted);

    private static void WriteJson<T>(PipeWriter output, T data, JsonTypeInfo<T> type)
    {
        using var json = new Utf8JsonWriter(output, Relaxed);
        JsonSerializer.Serialize(json, data, type);
    }
}
