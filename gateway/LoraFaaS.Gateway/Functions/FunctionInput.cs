using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Gateway.Requests;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Functions;

/// <summary>
/// What the body of <c>/function/…</c> means. Any text is the user's message (curl's -d sends it as a form, so the content type does not decide), or the
/// prompt itself where the function asks for that. <c>application/json</c> is read as a request of ours when it is an object with <c>prompt</c>,
/// <c>messages</c>, <c>inputs</c> or <c>text</c>; any other JSON is the text that the function works on.
/// </summary>
internal static class FunctionInput
{
    private static readonly string[] TextFields = ["prompt", "inputs", "text"];

    public static (InvocationInput? Input, Problem? Problem) Read(
        ReadOnlyMemory<byte> body, string? contentType, IQueryCollection query, PromptMode mode)
    {
        var (fromQuery, wrong) = ReadQuery(query);

        if (wrong is not null)
        {
            return (null, wrong);
        }

        if (!Utf8.IsValid(body.Span))
        {
            return (null, new Problem(ErrorCode.InvalidRequest, "the body is not valid UTF-8 text"));
        }

        var (input, problem) = IsJson(contentType) ? ReadJson(body, mode) : (ReadText(body, mode), null);

        // What is written in the URL is written for this one call: it wins over the body.
        return input is null || ReferenceEquals(fromQuery, SamplingOverrides.None) ? (input, problem) : (input with { Sampling = fromQuery.Or(input.Sampling) }, null);
    }

    /// <summary>Hardly any call has one.</summary>
    private static (SamplingOverrides Sampling, Problem? Problem) ReadQuery(IQueryCollection query)
    {
        if (query.Count == 0)
        {
            return (SamplingOverrides.None, null);
        }

        var problems = new FieldProblems();
        return (QuerySampling.Read(query, problems), problems.First);
    }

    private static bool IsJson(string? contentType) =>
        contentType is not null && contentType.AsSpan().TrimStart().StartsWith("application/json", StringComparison.OrdinalIgnoreCase);

    private static InvocationInput ReadText(ReadOnlyMemory<byte> body, PromptMode mode) =>
        new(ToPrompt(Encoding.UTF8.GetString(body.Span), mode), SamplingOverrides.None);

    private static (InvocationInput? Input, Problem? Problem) ReadJson(ReadOnlyMemory<byte> body, PromptMode mode)
    {
        using var document = JsonBody.TryParse(body, out var problem);

        if (document is null)
        {
            return (null, problem);
        }

        return document.RootElement.ValueKind is JsonValueKind.Object
            ? JsonBody.Read(document.RootElement, fields => IsRequest(fields) ? ReadRequest(fields, mode) : ReadText(body, mode))
            : (ReadText(body, mode), null);
    }

    private static bool IsRequest(JsonFields fields) =>
        fields.Find("messages") is not null || TextFields.Any(name => fields.Find(name) is not null);

    private static InvocationInput? ReadRequest(JsonFields fields, PromptMode mode)
    {
        // "parameters" is where LoRAX's and TGI's clients put their sampling fields.
        var sampling = fields.Object("parameters") is { } parameters
            ? SamplingFields.Read(fields).Or(SamplingFields.Read(parameters))
            : SamplingFields.Read(fields);

        if (fields.Find("messages") is not null)
        {
            // Of a call that has to be made the answer is the text alone, as everywhere under /function.
            var (tools, call) = ToolFields.Read(fields);
            var held = call is null ? sampling : sampling with { JsonSchema = call.JsonSchema };
            return ChatMessageFields.Read(fields, tools) is { } chat ? new InvocationInput(chat, held) : null;
        }

        foreach (var name in TextFields)
        {
            if (fields.String(name) is { } text)
            {
                return new InvocationInput(ToPrompt(text, mode), sampling);
            }
        }

        fields.Refuse(TextFields[0], "is required");
        return null;
    }

    private static Prompt ToPrompt(string text, PromptMode mode) =>
        mode is PromptMode.Raw ? new Prompt { RawText = text } : new Prompt { UserText = text };
}
