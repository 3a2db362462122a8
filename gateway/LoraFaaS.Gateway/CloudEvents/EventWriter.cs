using System.Text;
using System.Text.Json;

namespace LoraFaaS.Gateway.CloudEvents;

/// <summary>Puts an event on a response, in either mode.</summary>
internal static class EventWriter
{
    private const string StructuredType = "application/cloudevents+json; charset=utf-8";

    public static Task WriteAsync(HttpContext context, CloudEvent reply, EventMode mode, ReadOnlyMemory<byte> data)
    {
        if (context.Request.Headers["Prefer"].Any(prefer => prefer?.Contains("reply", StringComparison.OrdinalIgnoreCase) is true))
        {
            context.Response.Headers["Preference-Applied"] = "reply";
        }

        return mode is EventMode.Structured
            ? SendAsync(context, StructuredType, Serialize(reply, data))
            : WriteBinaryAsync(context, reply, data);
    }

    private static Task WriteBinaryAsync(HttpContext context, CloudEvent reply, ReadOnlyMemory<byte> data)
    {
        foreach (var (name, value) in Attributes(reply))
        {
            context.Response.Headers[BinaryEventReader.Prefix + name] = HeaderText.Encode(value.Text);
        }

        return SendAsync(context, reply.DataContentType!, data);
    }

    private static byte[] Serialize(CloudEvent reply, ReadOnlyMemory<byte> data)
    {
        using var buffer = new MemoryStream();

        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();

            foreach (var (name, value) in Attributes(reply))
            {
                Write(json, name, value);
            }

            json.WriteString("datacontenttype", reply.DataContentType);
            json.WritePropertyName("data");

            if (EventAttributes.IsJson(reply.DataContentType))
            {
                json.WriteRawValue(data.Span);
            }
            else
            {
                json.WriteStringValue(data.Span);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, string name, AttributeValue value)
    {
        json.WritePropertyName(name);

        if (value.Kind is JsonValueKind.String)
        {
            json.WriteStringValue(value.Text);
        }
        else
        {
            json.WriteRawValue(Encoding.UTF8.GetBytes(value.Text));
        }
    }

    /// <summary>An event's context as the headers of the binary mode: the one shape in which a function's own code meets events.</summary>
    public static IEnumerable<(string Name, string Value)> BinaryHeaders(CloudEvent happened) =>
        Attributes(happened).Select(attribute => (BinaryEventReader.Prefix + attribute.Name, HeaderText.Encode(attribute.Value.Text)));

    private static IEnumerable<(string Name, AttributeValue Value)> Attributes(CloudEvent reply)
    {
        yield return ("specversion", AttributeValue.Of(CloudEvent.SpecVersion));
        yield return ("id", AttributeValue.Of(reply.Id));
        yield return ("source", AttributeValue.Of(reply.Source));
        yield return ("type", AttributeValue.Of(reply.Type));

        if (reply.Subject is not null)
        {
            yield return ("subject", AttributeValue.Of(reply.Subject));
        }

        if (reply.Time is not null)
        {
            yield return ("time", AttributeValue.Of(reply.Time));
        }

        foreach (var (name, value) in reply.Extensions)
        {
            yield return (name, value);
        }
    }

    private static Task SendAsync(HttpContext context, string contentType, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
