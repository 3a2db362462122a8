using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Checkpoints.Tests.Support;

/// <summary>Paths of the demo and the goldens.</summary>
internal static class Repository
{
    public static string Backbone { get; } = RepositoryRoot.Of("deploy", "demo", "backbone");

    public static string Golden(params string[] parts) => RepositoryRoot.Of(["tests", "data", "golden", .. parts]);

    public static string Adapter(string name) => RepositoryRoot.Of("deploy", "demo", "adapters", name);

    public static string Tiny(string name) => Golden("tiny", name);
}
