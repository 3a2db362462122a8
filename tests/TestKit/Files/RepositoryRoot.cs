namespace LoraFaaS.TestKit.Files;

/// <summary>The folder that holds LoraFaaS.sln, found from where the tests run.</summary>
public static class RepositoryRoot
{
    public static string Path { get; } = Find(AppContext.BaseDirectory);

    public static string Of(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>A project's built program, of the configuration the running tests were built in.</summary>
    public static string Built(string projectFolder, string fileName)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return Of(projectFolder, "bin", configuration, "net10.0", fileName);
    }

    private static string Find(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "LoraFaaS.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No LoraFaaS.sln above {from}");
    }
}
