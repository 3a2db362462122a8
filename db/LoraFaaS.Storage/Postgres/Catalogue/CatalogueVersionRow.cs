namespace LoraFaaS.Storage.Postgres.Catalogue;

/// <summary>The one row of <c>catalogue_version</c>.</summary>
internal sealed class CatalogueVersionRow
{
    public required bool OnlyRow { get; init; }

    public required long Version { get; init; }
}
