namespace LoraFaaS.Worker.Isolation;

/// <summary>Where the programs are that a worker starts.</summary>
internal static class ProgramFiles
{
    private const string Worker = "LoraFaaS.Worker";

    /// <summary>Published together; else as the repository builds it: …/LoraFaaS.Worker/bin/Release/net10.0 beside …/NAME/bin/….</summary>
    public static string Find(string name)
    {
        var here = AppContext.BaseDirectory;

        string[] candidates =
        [
            Path.Combine(here, name),
            Path.Combine(here, name + ".dll"),
            Path.GetFullPath(Path.Combine(here, "..", name["LoraFaaS.".Length..].ToLowerInvariant(), name)),
            Path.Combine(here.Replace(Worker, name, StringComparison.Ordinal), name),
        ];

        return candidates.FirstOrDefault(File.Exists) ?? candidates[^1];
    }
}
