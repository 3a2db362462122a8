namespace LoraFaaS.Checkpoints.Tests.Support;

/// <summary>Paths of the demo and the goldens, found from the repository's root.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Backbone { get; } = Path.Combine(Root, "deploy", "demo", "backbone");

    public static string Golden(params string[] parts) => Path.Combine([Root, "tests", "data", "golden", .. parts]);

    public static string Adapter(string name) => Path.Combine(Root, "deploy", "demo", "adapters", name);

    public static string Tiny(string name) => Golden("tiny", name);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LoraFaaS.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("LoraFaaS.sln is above no parent folder of the tests.");
    }
}
