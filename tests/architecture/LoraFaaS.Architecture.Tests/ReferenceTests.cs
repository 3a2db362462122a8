using System.Xml.Linq;

namespace LoraFaaS.Architecture.Tests;

/// <summary>The real project graph against the table.</summary>
public sealed class ReferenceTests
{
    [Fact]
    public void No_project_imports_what_the_table_does_not_allow()
    {
        var table = ReferenceTable.Read();
        var wrong =
            from path in Repository.Files("*.csproj", Repository.ProductFolders)
            let row = table.GetValueOrDefault(Path.GetFileNameWithoutExtension(path))
            where row is not null
            from import in Imports(path)
            where !row.MayImport.Contains(import)
            select $"{row.Project} imports {import}";

        Rule.Holds(wrong);
    }

    [Fact]
    public void Every_product_project_has_a_row_and_lives_where_the_row_says()
    {
        var table = ReferenceTable.Read();
        var wrong =
            from path in Repository.Files("*.csproj", Repository.ProductFolders)
            where table.GetValueOrDefault(Path.GetFileNameWithoutExtension(path))?.Path != path
            select path;

        Rule.Holds(wrong);
    }

    [Fact]
    public void The_table_has_no_circle()
    {
        var table = ReferenceTable.Read();

        foreach (var row in table.Values)
        {
            var reachable = new HashSet<string>();
            Collect(row.Project, table, reachable);
            Assert.DoesNotContain(row.Project, reachable);
        }
    }

    [Fact]
    public void The_solution_holds_every_project()
    {
        var solution = Repository.Read("LoraFaaS.sln").Replace('\\', '/');
        var missing = Repository.Files("*.csproj", [.. Repository.ProductFolders, "tests"]).Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal));

        Rule.Holds(missing);
    }

    [Theory]
    [InlineData("function-sdk/LoraFaaS.Contracts/LoraFaaS.Contracts.csproj")]
    [InlineData("controller/LoraFaaS.Policies/LoraFaaS.Policies.csproj")]
    public void The_vocabulary_and_the_policies_take_no_packages(string project) =>
        Assert.Empty(XDocument.Parse(Repository.Read(project)).Descendants("PackageReference").Select(package => package.Attribute("Include")?.Value));

    private static IEnumerable<string> Imports(string project) =>
        from reference in XDocument.Parse(Repository.Read(project)).Descendants("ProjectReference")
        select Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'));

    private static void Collect(string project, IReadOnlyDictionary<string, ReferenceTable.Row> table, HashSet<string> reachable)
    {
        foreach (var import in table[project].MayImport.Where(reachable.Add))
        {
            Collect(import, table, reachable);
        }
    }
}
