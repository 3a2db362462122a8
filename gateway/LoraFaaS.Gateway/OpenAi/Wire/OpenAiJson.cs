using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>OpenAI's JSON: snake case; absent rather than null except where a client insists on the field.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(ChatChunk))]
[JsonSerializable(typeof(TextCompletion))]
[JsonSerializable(typeof(ErrorEnvelope))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(ModelEntry))]
internal sealed partial class OpenAiJson : JsonSerializerContext
{
    /// <summary>For answers: letters beyond ASCII stay letters, since the type is JSON in UTF-8 and nobody pastes it into HTML.</summary>
    public static OpenAiJson Readable => field ??=
        new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
