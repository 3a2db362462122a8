namespace LoraFaaS.Cli.Output;

/// <summary>An invocation's answer, for programs.</summary>
/// <param name="TtftMs">Time to the first token by the platform's own account; null where it gave none.</param>
internal sealed record Answer(string Function, string Text, string FinishReason, int PromptTokens, int CompletionTokens, double? TtftMs);
