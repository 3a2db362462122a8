namespace LoraFaaS.SystemTests.Cluster;

/// <summary>The compose file's platform, started once for a class of tests.</summary>
public sealed class StartedCluster : ComposeCluster, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await StartAsync();
}
