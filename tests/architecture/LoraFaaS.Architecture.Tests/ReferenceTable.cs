using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Architecture.Tests;

/// <summary>references.txt: each product project's folder and what it may import.</summary>
internal static class ReferenceTable
{
    public const string Prefix = "LoraFaaS.";

    public static IReadOnlyDictionary<string, Row> Read() =>
        File.ReadLines(RepositoryRoot.Of("tests", "architecture", "LoraFaaS.Architecture.Tests", "references.txt"))
            .Where(line => line.Length > 0 && !line.StartsWith('#'))
            .Select(Parse)
            .ToDictionary(row => row.Project, StringComparer.Ordinal);

    private static Row Parse(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        var slash = line.LastIndexOf('/', colon);
        var name = Prefix + line[(slash + 1)..colon];
        var imports = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => Prefix + word);

        return new(name, $"{line[..slash]}/{name}/{name}.csproj", imports.ToHashSet(StringComparer.Ordinal));
    }

    internal sealed record Row(string Project, string Path, IReadOnlySet<string> MayImport);
}
