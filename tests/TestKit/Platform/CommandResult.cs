namespace LoraFaaS.TestKit.Platform;

/// <summary>How a command ended and what it said.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Errors);
