namespace LoraFaaS.Cli.Output;

/// <summary>A worker and what it computes on.</summary>
internal sealed record WorkerVersion(string Id, string Device);
