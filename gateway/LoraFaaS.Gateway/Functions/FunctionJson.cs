using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoraFaaS.Gateway.Functions;

/// <summary>The function dialect's JSON: snake case like OpenAI's, absent rather than null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FunctionAnswer))]
[JsonSerializable(typeof(FunctionEvent))]
internal sealed partial class FunctionJson : JsonSerializerContext
{
    /// <summary>For answers: letters beyond ASCII stay letters, since the type is JSON in UTF-8 and nobody pastes it into HTML.</summary>
    public static FunctionJson Readable => field ??=
        new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
