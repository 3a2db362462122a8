namespace LoraFaaS.Storage.Tests.Fixtures;

/// <summary>Opens fresh warm state of one kind.</summary>
public interface IWarmFixture
{
    Task<WarmStores> OpenAsync();
}
