namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>A call that the assistant makes, or, in a chunk, what is added to it: id, type and name come once, with the first.</summary>
/// <param name="Index">Of chunks alone: which call of the message.</param>
internal sealed record ChatToolCall(int? Index, string? Id, string? Type, ChatToolFunction Function);
