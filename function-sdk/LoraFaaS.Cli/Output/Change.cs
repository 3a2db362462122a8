namespace LoraFaaS.Cli.Output;

/// <summary>What a verb that changes one thing did, for programs.</summary>
internal sealed record Change(string Name, string Done);
