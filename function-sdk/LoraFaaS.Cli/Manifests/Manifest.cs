using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Cli.Manifests;

/// <summary>A function read from a Kubernetes manifest, and what in the manifest has no effect here.</summary>
internal sealed record Manifest(FunctionDeployment Deployment, IReadOnlyList<string> Warnings);
