using LoraFaaS.Contracts.Errors;
using Microsoft.Net.Http.Headers;

namespace LoraFaaS.Gateway.CloudEvents;

/// <summary>Tells events from ordinary requests (CloudEvents HTTP binding 1.0, section 3) and reads those that are.</summary>
internal static class EventReader
{
    private const string Structured = "application/cloudevents";
    private const string Batch = "application/cloudevents-batch";
    private const string Json = "application/cloudevents+json";

    private static readonly EventReading.NoEvent Ordinary = new();

    public static EventReading Read(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        if (!HttpMethods.IsPost(request.Method))
        {
            return Ordinary;
        }

        var contentType = (request.ContentType ?? "").TrimStart();

        // The batch's name begins with the single event's: it is looked for first.
        if (contentType.StartsWith(Batch, StringComparison.OrdinalIgnoreCase))
        {
            return Unsupported("batches of events are not accepted: send one event a request");
        }

        if (contentType.StartsWith(Structured, StringComparison.OrdinalIgnoreCase))
        {
            return IsJson(contentType) ? StructuredEventReader.Read(body) : Unsupported($"the only event format read is {Json} in UTF-8");
        }

        return HasAttribute(request.Headers)
            ? BinaryEventReader.Read(request.Headers, request.ContentType, body)
            : Ordinary;
    }

    /// <summary>The caller accepts an answer in one JSON object.</summary>
    public static bool WantsStructured(IHeaderDictionary headers) =>
        headers.Accept is { Count: > 0 } accept && accept.Any(value => value is not null && value.Split(',').Any(range =>
            range.AsSpan().TrimStart().StartsWith(Json, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Not by its Keys, which are collected into a set first.</summary>
    private static bool HasAttribute(IHeaderDictionary headers)
    {
        foreach (var (name, _) in headers)
        {
            if (BinaryEventReader.IsAttribute(name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsJson(string contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static EventReading.Refused Unsupported(string message) =>
        new(new Problem(ErrorCode.UnsupportedMediaType, message, HeaderNames.ContentType));
}
