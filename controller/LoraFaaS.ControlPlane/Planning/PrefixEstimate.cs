using System.Text.Json;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Planning;

/// <summary>What a prompt prefix that nobody has computed yet will weigh: keys and values of its tokens, as the backbone's config has them.</summary>
internal static class PrefixEstimate
{
    /// <summary>Less than English text has with large vocabularies, so that the estimate is rather too much.</summary>
    private const double CharactersPerToken = 3;

    private const int BytesPerValue = 2;

    /// <summary>Only the backbone's chat template puts a system prompt before every call.</summary>
    public static bool HasPrefix(FunctionRevision revision) => revision is { SystemPrompt.Length: > 0, Prompt: PromptMode.Chat };

    /// <summary>Zero: it has none, or the config does not say enough.</summary>
    public static ByteSize Of(FunctionRevision revision, long bytesPerToken) =>
        HasPrefix(revision) ? new ByteSize((long)Math.Ceiling(revision.SystemPrompt!.Length / CharactersPerToken) * bytesPerToken) : ByteSize.Zero;

    /// <summary>Keys and values of one token in all layers, bytes; 0: the config does not say.</summary>
    public static long BytesPerToken(BackboneRecord backbone)
    {
        try
        {
            using var config = JsonDocument.Parse(backbone.ConfigJson);
            var root = config.RootElement;
            var (layers, heads) = (Number(root, "num_hidden_layers"), Number(root, "num_attention_heads"));
            var keyHeads = Number(root, "num_key_value_heads") is > 0 and var own ? own : heads;
            var width = Number(root, "head_dim") is > 0 and var said ? said : heads > 0 ? Number(root, "hidden_size") / heads : 0;
            return 2 * layers * keyHeads * width * BytesPerValue;
        }
        catch (JsonException)
        {
            return 0;
        }
    }

    private static long Number(JsonElement root, string name) =>
        root.ValueKind is JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var number) ? number : 0;
}
