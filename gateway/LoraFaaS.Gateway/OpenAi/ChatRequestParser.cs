using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>Bytes of <c>/v1/chat/completions</c> to a request, or the problem with the field that causes it.</summary>
internal static class ChatRequestParser
{
    private static readonly NumberRange TopLogprobs = new(0, 20);

    public static (ChatRequest? Request, Problem? Problem) Parse(ReadOnlyMemory<byte> body, int maxChoices) =>
        JsonBody.Read(body, fields => Read(fields, maxChoices));

    private static ChatRequest? Read(JsonFields fields, int maxChoices)
    {
        UnservedFields.Refuse(fields);
        var options = CompletionOptionFields.Read(fields, maxChoices);
        var (tools, call) = ToolFields.Read(fields);
        var prompt = ChatMessageFields.Read(fields, tools);
        var logprobs = fields.Bool("logprobs") ?? false;
        var alternatives = fields.Int("top_logprobs", TopLogprobs);

        if (alternatives > 0 && !logprobs)
        {
            fields.Refuse("top_logprobs", "needs logprobs to be true");
        }

        var sampling = SamplingFields.Read(fields) with { TopLogprobs = logprobs ? alternatives ?? 0 : null };

        // A call is held to the function's own parameters, whatever else an answer was to be like.
        return prompt is null
            ? null
            : new ChatRequest(
                options with { Logprobs = logprobs }, new InvocationInput(prompt, call is null ? sampling : sampling with { JsonSchema = call.JsonSchema }), call);
    }
}
