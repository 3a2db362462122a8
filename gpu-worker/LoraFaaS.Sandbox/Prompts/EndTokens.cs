using System.Collections.Frozen;
using System.Text.Json;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>
/// Which tokens end an answer: <c>eos_token_id</c> (a number or a list) of generation_config.json, and the id of tokenizer_config.json's
/// <c>eos_token</c>. Chat checkpoints name their end-of-turn in the one and their end-of-text in the other, so both count.
/// </summary>
internal static class EndTokens
{
    public static FrozenSet<int> Read(ReadOnlyMemory<byte> generationConfig, ReadOnlyMemory<byte> tokenizerConfig, Func<string, int?> idOf, int vocabularySize)
    {
        var ends = new HashSet<int>();

        if (Parse(generationConfig, "generation_config.json") is { } generation && generation.TryGetProperty("eos_token_id", out var ids))
        {
            foreach (var id in ids.ValueKind is JsonValueKind.Array ? [.. ids.EnumerateArray()] : (JsonElement[])[ids])
            {
                AddId(ends, id, vocabularySize);
            }
        }

        if (Parse(tokenizerConfig, "tokenizer_config.json") is { } tokenizer && tokenizer.TryGetProperty("eos_token", out var token)
            && TextOf(token) is { } text && idOf(text) is { } named)
        {
            ends.Add(named);
        }

        return ends.ToFrozenSet();
    }

    private static void AddId(HashSet<int> ends, JsonElement id, int vocabularySize)
    {
        if (id.ValueKind is JsonValueKind.Null)
        {
            return;
        }

        if (id.ValueKind is not JsonValueKind.Number || !id.TryGetInt32(out var value) || value < 0 || value >= vocabularySize)
        {
            throw new RefusedException("generation_config.json: eos_token_id", $"is {id.GetRawText()}, which is no token of {vocabularySize}");
        }

        ends.Add(value);
    }

    /// <summary>A string, or an added-token object with its content.</summary>
    private static string? TextOf(JsonElement token) => token.ValueKind switch
    {
        JsonValueKind.String => token.GetString(),
        JsonValueKind.Object when token.TryGetProperty("content", out var content) && content.ValueKind is JsonValueKind.String => content.GetString(),
        _ => null,
    };

    private static JsonElement? Parse(ReadOnlyMemory<byte> json, string file)
    {
        if (json.IsEmpty)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind is JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new RefusedException(file, "is not a JSON object");
        }
        catch (JsonException broken)
        {
            throw new RefusedException(file, $"is not valid JSON ({broken.Message})");
        }
    }
}
