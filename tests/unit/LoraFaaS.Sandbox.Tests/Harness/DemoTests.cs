namespace LoraFaaS.Sandbox.Tests.Harness;

/// <summary>Tests that share one packed demo. They run one after the other: each brings an engine with threads of its own.</summary>
[CollectionDefinition(Name)]
public sealed class DemoTests : ICollectionFixture<DemoWorld>
{
    public const string Name = "demo";
}
