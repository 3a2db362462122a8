namespace LoraFaaS.TestKit.Cluster;

/// <summary>One service of the compose file. Volumes are <c>source:path[:ro]</c>.</summary>
public sealed record ComposeService(
    string Name, string Image, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Secrets, IReadOnlyList<string> Volumes, IReadOnlyList<string> HealthCheck)
{
    /// <summary>The program of this service's image: gateway, controller, worker, console, cli.</summary>
    public string Program => Image["lorafaas/".Length..Image.IndexOf(':')];
}
