using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>A namespace with the labels and annotations its creator gave.</summary>
public sealed record NamespaceRecord(
    NamespaceName Name,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Annotations);
