using System.Text.Json;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Storage.Serialization;

namespace LoraFaaS.Storage.Postgres.Catalogue;

/// <summary>A row of <c>functions</c>; deployment and revisions as JSON.</summary>
internal sealed class FunctionRow
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public required long Generation { get; init; }

    public required string Deployment { get; init; }

    public required string Revisions { get; init; }

    public required int DesiredReplicas { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public string? Traffic { get; init; }

    public static FunctionRow From(FunctionRecord record) => new()
    {
        Namespace = record.Id.Namespace.Value,
        Name = record.Id.Name.Value,
        Generation = record.Generation,
        Deployment = JsonSerializer.Serialize(record.Deployment, StorageJson.Default.FunctionDeployment),
        Revisions = JsonSerializer.Serialize(record.Revisions, StorageJson.Default.IReadOnlyListFunctionRevision),
        DesiredReplicas = record.DesiredReplicas,
        CreatedAt = record.CreatedAt.ToUniversalTime(),
        UpdatedAt = record.UpdatedAt.ToUniversalTime(),
        Traffic = record.Traffic is { } traffic ? JsonSerializer.Serialize(traffic, StorageJson.Default.FunctionTraffic) : null,
    };

    public FunctionRecord ToRecord() => new()
    {
        Id = new FunctionId(new NamespaceName(Namespace), new FunctionName(Name)),
        Generation = Generation,
        Deployment = JsonSerializer.Deserialize(Deployment, StorageJson.Default.FunctionDeployment)!,
        Revisions = JsonSerializer.Deserialize(Revisions, StorageJson.Default.IReadOnlyListFunctionRevision)!,
        DesiredReplicas = DesiredReplicas,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        Traffic = Traffic is { } traffic ? JsonSerializer.Deserialize(traffic, StorageJson.Default.FunctionTraffic) : null,
    };
}
