using System.Globalization;
using System.Text.Json;

namespace LoraFaaS.Gateway.Requests;

/// <summary>The sampling fields that all JSON dialects share, under OpenAI's and vLLM's names.</summary>
internal static class SamplingFields
{
    public static SamplingOverrides Read(JsonFields fields) => Read(fields, SamplingRules.MaxTokens);

    public static SamplingOverrides Read(JsonFields fields, NumberRange maxTokens)
    {
        var stop = fields.Strings("stop");

        if (stop is not null)
        {
            fields.Problems.Add(SamplingRules.CheckStops(stop, fields.PathOf("stop")));
        }

        return new SamplingOverrides
        {
            Temperature = fields.Number("temperature", SamplingRules.Temperature),
            TopP = fields.Number("top_p", SamplingRules.TopP),
            TopK = fields.Int("top_k", SamplingRules.TopK),
            MinP = fields.Number("min_p", SamplingRules.MinP),
            RepetitionPenalty = fields.Number("repetition_penalty", SamplingRules.RepetitionPenalty),
            PresencePenalty = fields.Number("presence_penalty", SamplingRules.Penalty),
            FrequencyPenalty = fields.Number("frequency_penalty", SamplingRules.Penalty),
            Seed = fields.Long("seed"),
            MaxTokens = fields.Int("max_completion_tokens", maxTokens)
                ?? fields.Int("max_tokens", maxTokens)
                ?? fields.Int("max_new_tokens", maxTokens),
            Stop = stop is { Count: > 0 } ? stop : null,
            LogitBias = ReadBias(fields),
            IgnoreEos = fields.Bool("ignore_eos"),
            JsonSchema = ReadResponseFormat(fields),
        };
    }

    private static Dictionary<int, float>? ReadBias(JsonFields fields)
    {
        const string Name = "logit_bias";

        if (fields.Find(Name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is not JsonValueKind.Object)
        {
            fields.Refuse(Name, "must be an object from token id to bias");
            return null;
        }

        var biases = new Dictionary<int, float>();

        foreach (var property in value.EnumerateObject())
        {
            if (!int.TryParse(property.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var token)
                || property.Value.ValueKind is not JsonValueKind.Number
                || !property.Value.TryGetDouble(out var bias)
                || !SamplingRules.Bias.Contains(bias))
            {
                fields.Refuse(Name, "must map token ids to numbers between -100 and 100");
                return null;
            }

            biases[token] = (float)bias;
        }

        if (biases.Count > SamplingRules.MaxBiases)
        {
            fields.Refuse(Name, $"may name at most {SamplingRules.MaxBiases} tokens");
        }

        return biases;
    }

    private static string? ReadResponseFormat(JsonFields fields)
    {
        const string Name = "response_format";

        if (fields.Object(Name) is not { } format)
        {
            return null;
        }

        switch (format.String("type"))
        {
            case "text":
                return null;

            case "json_object":
                return "json_object";

            case "json_schema":
                if (format.Object("json_schema")?.Find("schema") is { ValueKind: JsonValueKind.Object } schema)
                {
                    return schema.GetRawText();
                }

                format.Refuse("json_schema.schema", "must be a JSON schema");
                return null;

            default:
                format.Refuse("type", "must be text, json_object or json_schema");
                return null;
        }
    }
}
