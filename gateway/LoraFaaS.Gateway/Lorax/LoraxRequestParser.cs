using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.Lorax;

/// <summary>Bytes to a request, or the problem with the field that causes it. What would change the answer and cannot be done is refused, not passed over.</summary>
internal static class LoraxRequestParser
{
    private static readonly string[] Sources = ["hub", "local", "s3", "pbase", "lorafaas"];
    private static readonly NumberRange One = new(1, 1);

    public static (LoraxRequest? Request, Problem? Problem) Parse(ReadOnlyMemory<byte> body) => JsonBody.Read(body, Read);

    private static LoraxRequest? Read(JsonFields fields)
    {
        if (fields.String("inputs") is not { Length: > 0 } inputs)
        {
            fields.Refuse("inputs", "is required and may not be empty");
            return null;
        }

        var stream = fields.Bool("stream") ?? false;

        if (fields.Object("parameters") is not { } parameters)
        {
            return new LoraxRequest { Inputs = inputs, Sampling = SamplingOverrides.None, Stream = stream };
        }

        RefuseUnsupported(parameters);
        var details = parameters.Bool("details") ?? false;
        var schema = parameters.Find("schema");

        if (schema is { ValueKind: not (System.Text.Json.JsonValueKind.Object or System.Text.Json.JsonValueKind.String) })
        {
            parameters.Refuse("schema", "must be a JSON schema");
        }

        var sampling = SamplingFields.Read(parameters);

        return new LoraxRequest
        {
            Inputs = inputs,
            AdapterId = parameters.String("adapter_id") is { Length: > 0 } adapter ? adapter : null,
            Sampling = sampling with
            {
                JsonSchema = schema?.ValueKind is System.Text.Json.JsonValueKind.String ? schema.Value.GetString() : schema?.GetRawText() ?? sampling.JsonSchema,
                IgnoreEos = parameters.Bool("ignore_eos_token") ?? sampling.IgnoreEos,
                TopLogprobs = details ? 0 : null,
            },
            Details = details,
            ReturnFullText = parameters.Bool("return_full_text") ?? false,
            Stream = stream,
        };
    }

    private static void RefuseUnsupported(JsonFields fields)
    {
        if (fields.String("adapter_source") is { } source && !Sources.Contains(source, StringComparer.Ordinal))
        {
            fields.Refuse("adapter_source", $"must be one of {string.Join(", ", Sources)}");
        }

        if (fields.Find("merged_adapters") is not null)
        {
            fields.Refuse("merged_adapters", "is not supported: deploy the merged adapter as a function");
        }

        if (fields.Bool("decoder_input_details") is true)
        {
            fields.Refuse("decoder_input_details", "is not supported");
        }

        if (fields.Bool("watermark") is true)
        {
            fields.Refuse("watermark", "is not supported");
        }

        if (fields.Find("typical_p") is not null)
        {
            fields.Refuse("typical_p", "is not supported");
        }

        _ = fields.Int("best_of", One);
        _ = fields.String("api_token");
    }
}
