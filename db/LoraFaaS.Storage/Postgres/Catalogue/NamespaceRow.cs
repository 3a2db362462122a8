using System.Text.Json;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Serialization;

namespace LoraFaaS.Storage.Postgres.Catalogue;

/// <summary>A row of <c>namespaces</c>; labels and annotations as JSON.</summary>
internal sealed class NamespaceRow
{
    public required string Name { get; init; }

    public required string Labels { get; init; }

    public required string Annotations { get; init; }

    public static NamespaceRow From(NamespaceRecord record) => new()
    {
        Name = record.Name.Value,
        Labels = JsonSerializer.Serialize(record.Labels, StorageJson.Default.IReadOnlyDictionaryStringString),
        Annotations = JsonSerializer.Serialize(record.Annotations, StorageJson.Default.IReadOnlyDictionaryStringString),
    };

    public NamespaceRecord ToRecord() => new(
        new NamespaceName(Name),
        JsonSerializer.Deserialize(Labels, StorageJson.Default.IReadOnlyDictionaryStringString)!,
        JsonSerializer.Deserialize(Annotations, StorageJson.Default.IReadOnlyDictionaryStringString)!);
}
