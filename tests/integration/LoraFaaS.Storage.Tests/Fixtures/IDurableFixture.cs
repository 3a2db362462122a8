namespace LoraFaaS.Storage.Tests.Fixtures;

/// <summary>Opens fresh durable stores of one kind.</summary>
public interface IDurableFixture
{
    Task<DurableStores> OpenAsync();
}
