namespace LoraFaaS.ConsoleTests.Browser;

/// <summary>Tests that share one platform and one browser; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ConsoleGroup : ICollectionFixture<DemoConsole>
{
    public const string Name = "console";
}
