namespace LoraFaaS.Storage.Postgres.Catalogue;

/// <summary>A row of <c>adapter_tags</c>.</summary>
internal sealed class AdapterTagRow : AdapterRow;
