using System.Text.Json.Serialization;

namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>What the official clients read into their exceptions.</summary>
internal sealed record ErrorBody(
    string Message,
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Param,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Code);
