namespace LoraFaaS.Cli.Push.Sources;

/// <summary>A repository's folder in the cache of the hub's own tools: <c>refs/BRANCH</c> holds a commit, <c>snapshots/COMMIT</c> its files.</summary>
internal static class HubCache
{
    /// <returns>The folder with the files; any other folder itself.</returns>
    /// <exception cref="UsageException">It is such a folder, and does not say which of several versions is meant.</exception>
    public static string Resolve(string folder)
    {
        var snapshots = Path.Combine(folder, "snapshots");

        if (!Directory.Exists(snapshots))
        {
            return folder;
        }

        var newest = Path.Combine(folder, "refs", "main");

        if (File.Exists(newest) && Path.Combine(snapshots, File.ReadAllText(newest).Trim()) is var main && Directory.Exists(main))
        {
            return main;
        }

        return Directory.GetDirectories(snapshots) is [var only]
            ? only
            : throw new UsageException($"{folder} holds several versions: name one of the folders in {snapshots}.");
    }
}
