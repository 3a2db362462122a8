namespace LoraFaaS.Storage.Postgres.Catalogue;

/// <summary>A row of <c>adapter_contents</c>.</summary>
internal sealed class AdapterContentRow : AdapterRow;
