namespace LoraFaaS.Gateway.Requests;

/// <summary>The answer has to be a call of a function that the request describes: which, and what its text is held to.</summary>
/// <param name="Function">The only one it can be; null: the text says which, as <c>{"name": …, "arguments": …}</c>.</param>
/// <param name="JsonSchema">Of the call's arguments, or of name and arguments.</param>
/// <param name="Required">A call was asked for rather than this one: OpenAI ends the two with different reasons.</param>
internal sealed record ToolChoice(string? Function, string JsonSchema, bool Required);
