namespace LoraFaaS.Engine.Adapters;

/// <summary>What an adapter image says of itself.</summary>
public sealed record AdapterManifest
{
    public required IReadOnlyList<PackedSite> Sites { get; init; }
}
