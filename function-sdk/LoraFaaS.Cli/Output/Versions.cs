namespace LoraFaaS.Cli.Output;

/// <summary>This command's version and, where one answers, the platform's, for programs.</summary>
internal sealed record Versions(string Lorafaas, string? Platform, string? Provider, IReadOnlyList<WorkerVersion> Workers);
