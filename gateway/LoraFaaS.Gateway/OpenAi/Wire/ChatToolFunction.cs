namespace LoraFaaS.Gateway.OpenAi.Wire;

/// <summary>What is called. The arguments are JSON in a string, as OpenAI has it.</summary>
internal sealed record ChatToolFunction(string? Name, string? Arguments);
