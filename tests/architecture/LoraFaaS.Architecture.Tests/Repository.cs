using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Architecture.Tests;

/// <summary>The repository's files as the rules see them: what is ours, without what is built, installed or generated.</summary>
internal static class Repository
{
    public static readonly IReadOnlyList<string> ProductFolders = ["gateway", "controller", "gpu-worker", "function-sdk", "db", "deploy"];

    private static readonly HashSet<string> NotOurs = new(StringComparer.Ordinal) { "bin", "obj", "out", "artifacts", "node_modules", "TestResults" };

    /// <summary>Paths relative to the root, with forward slashes.</summary>
    public static IEnumerable<string> Files(string pattern, params IEnumerable<string> folders) =>
        from folder in folders
        let path = RepositoryRoot.Of(folder)
        where Directory.Exists(path)
        from file in Walk(path, pattern)
        orderby file
        select Path.GetRelativePath(RepositoryRoot.Path, file);

    public static IEnumerable<string> ProductSources() => Files("*.cs", ProductFolders);

    public static string Read(string file) => File.ReadAllText(RepositoryRoot.Of(file));

    public static bool IsOurs(string folderName) => !NotOurs.Contains(folderName) && !folderName.StartsWith('.');

    /// <summary>The folder of the project a source file belongs to, relative to the root.</summary>
    public static string ProjectOf(string file)
    {
        for (var folder = Path.GetDirectoryName(file); !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
        {
            if (Directory.EnumerateFiles(RepositoryRoot.Of(folder), "*.csproj").Any())
            {
                return folder;
            }
        }

        throw new InvalidOperationException($"{file} is in no project");
    }

    private static IEnumerable<string> Walk(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern)
            .Concat(Directory.EnumerateDirectories(folder).Where(child => IsOurs(Path.GetFileName(child))).SelectMany(child => Walk(child, pattern)));
}
