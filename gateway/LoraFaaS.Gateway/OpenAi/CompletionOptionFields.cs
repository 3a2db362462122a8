using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>Reads the fields that both OpenAI dialects share.</summary>
internal static class CompletionOptionFields
{
    public static CompletionOptions Read(JsonFields fields, int maxChoices)
    {
        // LoRAX's clients may say beside the model which adapter they want on it.
        var model = fields.String("adapter_id") is { Length: > 0 } adapter ? adapter : fields.String("model");

        if (string.IsNullOrEmpty(model))
        {
            fields.Refuse("model", "is required");
        }

        var stream = fields.Bool("stream") ?? false;
        var streamOptions = fields.Object("stream_options");

        if (streamOptions is not null && !stream)
        {
            fields.Refuse("stream_options", "is only allowed when stream is true");
        }

        return new CompletionOptions
        {
            Model = model ?? "",
            Choices = fields.Int("n", new NumberRange(1, maxChoices)) ?? 1,
            Stream = stream,
            IncludeUsage = streamOptions?.Bool("include_usage") ?? false,
        };
    }
}
