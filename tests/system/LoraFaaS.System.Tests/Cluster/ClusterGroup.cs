namespace LoraFaaS.SystemTests.Cluster;

[CollectionDefinition(Name)]
public sealed class ClusterGroup : ICollectionFixture<StartedCluster>
{
    public const string Name = "cluster";
}
