using System.Text.Json.Serialization;

namespace LoraFaaS.Gateway.Vllm.Wire;

/// <summary>As OpenAI's, but for the code, which is the HTTP status as a number.</summary>
internal sealed record VllmErrorBody(
    string Message, string Type, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Param, int Code);
