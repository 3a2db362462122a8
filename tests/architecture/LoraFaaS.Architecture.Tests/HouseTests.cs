using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Architecture.Tests;

/// <summary>What stands at the top of the house, and the page in each host that names the stations in order.</summary>
public sealed class HouseTests
{
    private static readonly string[] Folders = [.. Repository.ProductFolders, "tests"];
    private static readonly string[] RootFiles = ["docker-compose.yml", "LoraFaaS.sln", "README.md", "LICENSE", "BannedSymbols.txt"];

    [Fact]
    public void The_top_level_folders_are_fixed()
    {
        var strange = Directory.EnumerateDirectories(RepositoryRoot.Path).Select(Path.GetFileName).Where(name => Repository.IsOurs(name!) && !Folders.Contains(name));

        Rule.Holds(strange);
    }

    [Fact]
    public void Only_what_belongs_to_the_whole_lies_at_the_root()
    {
        var strange = Directory.EnumerateFiles(RepositoryRoot.Path)
            .Select(path => Path.GetFileName(path))
            .Where(name => !name.StartsWith('.') && !name.StartsWith("Directory.", StringComparison.Ordinal) && !RootFiles.Contains(name));

        Rule.Holds(strange);
    }

    [Theory]
    [InlineData("gateway", "Gateway")]
    [InlineData("controller", "Controller")]
    [InlineData("controller", "Console")]
    [InlineData("gpu-worker", "Worker")]
    [InlineData("gpu-worker", "Sandbox")]
    public void Every_host_has_a_page_that_lists_its_stations(string folder, string host)
    {
        var project = $"{folder}/LoraFaaS.{host}";
        var isBuilt = Repository.Files("*.cs", project).Any(file => Path.GetFileName(file) != "Program.cs");

        Assert.True(!isBuilt || File.Exists(RepositoryRoot.Of(project, $"{host}Pipeline.cs")), $"{project}/{host}Pipeline.cs");
    }

    [Fact]
    public void Lock_files_name_no_registry()
    {
        var wrong = Repository.Files("package-lock.json", [.. Repository.ProductFolders, "tests"])
            .Where(file => Repository.Read(file).Contains("\"resolved\"", StringComparison.Ordinal));

        Rule.Holds(wrong);
    }
}
