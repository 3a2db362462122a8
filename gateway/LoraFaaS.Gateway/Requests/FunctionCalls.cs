using Google.Protobuf;
using LoraFaaS.Gateway.Async;
using LoraFaaS.Gateway.CloudEvents;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Requests;

/// <summary>Calls as a function's own code sees them. Credentials and the connection's headers stay at the door, whichever way the call came.</summary>
internal static class FunctionCalls
{
    private const string TextType = "text/plain; charset=utf-8";

    /// <summary>A call under <c>/function/</c>. An event's attributes are headers <c>ce-…</c> and its data the body, whatever mode it came in.</summary>
    public static FunctionCall OfRequest(HttpRequest request, ReadOnlyMemory<byte> data, EventCall? happened)
    {
        var call = new FunctionCall
        {
            Method = request.Method,
            Path = request.RouteValues["path"] is string { Length: > 0 } path ? "/" + path : "",
            Query = request.QueryString.Value ?? "",
            ContentType = (happened is null ? request.ContentType : happened.DataType) ?? "",
            Body = UnsafeByteOperations.UnsafeWrap(data),
        };

        var headers = KeptHeaders.OfRequest(request.Headers).Where(header => happened is null || !IsEventsOwn(header.Key));
        call.Headers.Add(headers.Select(header => new Header { Name = header.Key, Value = header.Value }));

        if (happened is not null)
        {
            call.Headers.Add(EventWriter.BinaryHeaders(happened.Event).Select(header => new Header { Name = header.Name, Value = header.Value }));
        }

        return call;
    }

    /// <summary>A call in a dialect that has room for text only: the body is what the user said last, and the conversation travels as the prompt.</summary>
    public static FunctionCall OfPrompt(Prompt prompt) => new()
    {
        Method = HttpMethods.Post,
        ContentType = TextType,
        Body = ByteString.CopyFromUtf8(LastWords(prompt)),
        AsText = true,
    };

    private static bool IsEventsOwn(string header) =>
        header.StartsWith(BinaryEventReader.Prefix, StringComparison.OrdinalIgnoreCase) || header.Equals("Content-Type", StringComparison.OrdinalIgnoreCase);

    private static string LastWords(Prompt prompt) => prompt.KindCase switch
    {
        Prompt.KindOneofCase.UserText => prompt.UserText,
        Prompt.KindOneofCase.RawText => prompt.RawText,
        Prompt.KindOneofCase.Chat => prompt.Chat.Messages.LastOrDefault(message => message.Role == "user")?.Content ?? "",
        _ => "",
    };
}
