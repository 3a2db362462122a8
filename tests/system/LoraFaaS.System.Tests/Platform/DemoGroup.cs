namespace LoraFaaS.SystemTests.Platform;

/// <summary>Tests that share <see cref="DemoPlatform"/>; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class DemoGroup : ICollectionFixture<DemoPlatform>
{
    public const string Name = "demo platform";
}
