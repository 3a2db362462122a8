using System.Text.Json.Serialization.Metadata;

namespace LoraFaaS.Controller.Api;

/// <summary>Writes JSON under exactly <c>application/json</c>, as OpenFaaS does; JSON has no charset parameter (RFC 8259).</summary>
internal static class JsonReply
{
    public static Task WriteJsonAsync<T>(this HttpContext context, T value, JsonTypeInfo<T> type) =>
        context.Response.WriteAsJsonAsync(value, type, contentType: "application/json", cancellationToken: context.RequestAborted);
}
