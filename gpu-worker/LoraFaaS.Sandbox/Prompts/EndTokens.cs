using System.Collections.Frozen;
using System.Text.Json;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Tokenization;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>
/// Which tokens end an answer: <c>eos_token_id</c> (a number or a list) of generation_config.json, and the id of tokenizer_config.json's
/// <c>eos_token</c>. Chat checkpoints name their end-of-turn in the one and their end-of-text in the other, so both count.
/// </summary>
internal static class EndTokens
{
    public static FrozenSet<int> Read(ReadOnlyMemory<byte>? generationConfig, Tokenizer tokenizer, int vocabularySize)
    {
        var ends = new HashSet<int>();

        if (generationConfig is { } json)
        {
            AddIds(ends, json, vocabularySize);
        }

        if (tokenizer.Config.EosToken is { } text && tokenizer.IdOf(text) is { } named)
        {
            ends.Add(named);
        }

        return ends.ToFrozenSet();
    }

    private static void AddIds(HashSet<int> ends, ReadOnlyMemory<byte> generationConfig, int vocabularySize)
    {
        try
        {
            using var document = JsonDocument.Parse(generationConfig);

            if (document.RootElement.ValueKind is not JsonValueKind.Object)
            {
                throw new RefusedException(CheckpointFiles.GenerationConfig, "is not a JSON object");
            }

            if (document.RootElement.TryGetProperty("eos_token_id", out var ids))
            {
                foreach (var id in ids.ValueKind is JsonValueKind.Array ? [.. ids.EnumerateArray()] : (JsonElement[])[ids])
                {
                    AddId(ends, id, vocabularySize);
                }
            }
        }
        catch (JsonException broken)
        {
            throw new RefusedException(CheckpointFiles.GenerationConfig, $"is not valid JSON ({broken.Message})");
        }
    }

    private static void AddId(HashSet<int> ends, JsonElement id, int vocabularySize)
    {
        if (id.ValueKind is JsonValueKind.Null)
        {
            return;
        }

        if (id.ValueKind is not JsonValueKind.Number || !id.TryGetInt32(out var value) || value < 0 || value >= vocabularySize)
        {
            throw new RefusedException($"{CheckpointFiles.GenerationConfig}: eos_token_id", $"is {id.GetRawText()}, which is no token of {vocabularySize}");
        }

        ends.Add(value);
    }
}
