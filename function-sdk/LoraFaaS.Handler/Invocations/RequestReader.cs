using LoraFaaS.Functions;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Handler;

namespace LoraFaaS.Handler.Invocations;

/// <summary>A call on the wire as its author sees it.</summary>
internal static class RequestReader
{
    public static FunctionRequest Read(Invoke invoke)
    {
        var request = new FunctionRequest
        {
            Method = invoke.Call.Method,
            Path = invoke.Call.Path,
            Query = invoke.Call.Query,
            Headers = Headers(invoke.Call),
            ContentType = invoke.Call.ContentType.Length > 0 ? invoke.Call.ContentType : null,
            Body = invoke.Call.Body.Memory,
        };

        return invoke.Conversation is { Messages.Count: > 0 } chat
            ? With(request, [.. chat.Messages.Select(message => new ChatTurn(message.Role, message.Content))])
            : request;
    }

    private static FunctionRequest With(FunctionRequest request, IReadOnlyList<ChatTurn> conversation) => new()
    {
        Method = request.Method,
        Path = request.Path,
        Query = request.Query,
        Headers = request.Headers,
        ContentType = request.ContentType,
        Body = request.Body,
        Conversation = conversation,
    };

    private static Dictionary<string, string> Headers(FunctionCall call)
    {
        var headers = new Dictionary<string, string>(call.Headers.Count, StringComparer.OrdinalIgnoreCase);

        foreach (var header in call.Headers)
        {
            headers[header.Name] = headers.TryGetValue(header.Name, out var before) ? $"{before}, {header.Value}" : header.Value;
        }

        return headers;
    }
}
