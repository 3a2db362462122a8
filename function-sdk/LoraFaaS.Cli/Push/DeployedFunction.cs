namespace LoraFaaS.Cli.Push;

/// <summary>What a deployment did. Digests are absent where nothing was pushed on the way.</summary>
internal sealed record DeployedFunction(string Function, string Outcome, string? Image, string? AdapterDigest, string? CodeDigest);
