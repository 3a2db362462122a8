using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Rendering;

/// <summary>OpenAI's words for why a generation ended.</summary>
internal static class FinishReasons
{
    public static string ToWire(this FinishReason reason) => reason is FinishReason.Length ? "length" : "stop";
}
