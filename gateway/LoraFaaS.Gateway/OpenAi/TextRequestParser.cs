using System.Text.Json;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Gateway.Requests;
using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.OpenAi;

/// <summary>Bytes of <c>/v1/completions</c> to a request, or the problem with the field that causes it.</summary>
internal static class TextRequestParser
{
    /// <summary>OpenAI's default, which its clients count on.</summary>
    private const int DefaultMaxTokens = 16;

    private static readonly NumberRange Logprobs = new(0, 5);

    public static (TextRequest? Request, Problem? Problem) Parse(ReadOnlyMemory<byte> body, int maxChoices) =>
        JsonBody.Read(body, fields => Read(fields, maxChoices));

    private static TextRequest? Read(JsonFields fields, int maxChoices)
    {
        var options = CompletionOptionFields.Read(fields, maxChoices);
        var prompts = ReadPrompts(fields);
        var alternatives = fields.Int("logprobs", Logprobs);
        var echo = fields.Bool("echo") ?? false;
        options = options with { Candidates = ReadCandidates(fields, options) };

        if (fields.String("suffix") is { Length: > 0 })
        {
            fields.Refuse("suffix", "is not supported");
        }

        if (prompts is null)
        {
            return null;
        }

        if (prompts.Count * options.Candidates > maxChoices)
        {
            var times = options.Candidates > options.Choices ? "best_of" : "n";
            fields.Refuse("prompt", $"prompts times {times} may be at most {maxChoices}");
        }

        var sampling = SamplingFields.Read(fields, echo ? SamplingRules.MaxTokensOrNone : SamplingRules.MaxTokens);
        var maxTokens = sampling.MaxTokens ?? DefaultMaxTokens;

        return new TextRequest(
            options with { Logprobs = alternatives is not null },
            prompts,
            sampling with
            {
                // No request has less than one token to go; this one ends before it.
                MaxTokens = Math.Max(1, maxTokens),
                PromptOnly = maxTokens == 0,

                // Candidates are told apart by how likely their tokens were, whether the caller wants to see that or not.
                TopLogprobs = alternatives ?? (options.Candidates > options.Choices ? 0 : null),
                Echo = echo,
            });
    }

    /// <summary>What is ranked is known at the end: a stream has as many generations as answers.</summary>
    private static int ReadCandidates(JsonFields fields, CompletionOptions options)
    {
        const string Name = "best_of";
        var candidates = fields.Int(Name, new NumberRange(1, 1_024)) ?? options.Choices;

        if (candidates < options.Choices)
        {
            fields.Refuse(Name, "must be at least n");
        }
        else if (candidates > options.Choices && options.Stream)
        {
            fields.Refuse(Name, "must equal n when stream is true");
        }

        return candidates;
    }

    private static List<Prompt>? ReadPrompts(JsonFields fields)
    {
        const string Name = "prompt";
        const string Shape = "must be a string, an array of strings, an array of token ids or an array of such arrays";

        switch (fields.Find(Name))
        {
            case null:
                fields.Refuse(Name, "is required");
                return null;

            case { ValueKind: JsonValueKind.String } text:
                return [new Prompt { RawText = text.GetString()! }];

            case { ValueKind: JsonValueKind.Array } array when array.GetArrayLength() > 0:
                if (ReadTokens(array) is { } tokens)
                {
                    return [tokens];
                }

                var prompts = array.EnumerateArray().Select(ReadOne).ToList();

                if (prompts.TrueForAll(prompt => prompt is not null))
                {
                    return prompts!;
                }

                fields.Refuse(Name, Shape);
                return null;

            default:
                fields.Refuse(Name, Shape);
                return null;
        }
    }

    private static Prompt? ReadOne(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => new Prompt { RawText = element.GetString()! },
        JsonValueKind.Array when element.GetArrayLength() > 0 => ReadTokens(element),
        _ => null,
    };

    /// <summary>Null when any of them is not a token id.</summary>
    private static Prompt? ReadTokens(JsonElement array)
    {
        var tokens = new TokenIds();

        foreach (var element in array.EnumerateArray())
        {
            if (!JsonFields.TryInteger(element, out var id) || id is < 0 or > int.MaxValue)
            {
                return null;
            }

            tokens.Ids.Add((int)id);
        }

        return new Prompt { Tokens = tokens };
    }
}
