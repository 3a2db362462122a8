using LoraFaaS.Packaging;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.FunctionsTests.Packaging;

public sealed class PackageFolderTests
{
    [Fact]
    public void A_published_function_is_found_by_its_one_class()
    {
        var valid = Assert.IsType<PackageInspection.Valid>(PackageFolder.Inspect(Output("function-sdk/samples/LoraFaaS.Samples.Tickets", "LoraFaaS.Samples.Tickets.dll")));

        Assert.Equal(("LoraFaaS.Samples.Tickets.dll", "LoraFaaS.Samples.Tickets.TicketsFunction"), (valid.EntryFile, valid.TypeName));
    }

    [Fact]
    public void Two_functions_none_and_one_that_cannot_be_made_are_refused_by_name()
    {
        Assert.Contains("holds 2 functions", Refusal("TwoFunctions"), StringComparison.Ordinal);
        Assert.Contains("holds no public class", Refusal("NoFunction"), StringComparison.Ordinal);
        Assert.Contains("no public constructor without parameters", Refusal("NeedyFunction"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_by_its_base_class_is_one() =>
        Assert.IsType<PackageInspection.Valid>(Inspect("InheritedFunction"));

    [Fact]
    public void A_reference_that_lies_nowhere_is_named()
    {
        using var folder = new TempFolder();
        Copy(Output("tests/unit/LoraFaaS.Functions.Tests", "LoraFaaS.Functions.Tests.dll"), folder.Path, "LoraFaaS.Functions.Tests");

        var refused = Assert.IsType<PackageInspection.Refused>(PackageFolder.Inspect(folder.Path));

        Assert.Contains("which is neither in the package nor in the runtime", refused.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_or_with_two_descriptions_and_an_entry_that_is_missing_or_no_assembly_are_refused()
    {
        using var folder = new TempFolder();
        Assert.IsType<PackageInspection.Refused>(PackageFolder.Inspect(folder.Path));

        await File.WriteAllTextAsync(folder.File("A.deps.json"), "{}");
        Assert.Contains("is missing", Assert.IsType<PackageInspection.Refused>(PackageFolder.Inspect(folder.Path)).Problem.Message, StringComparison.Ordinal);

        await File.WriteAllTextAsync(folder.File("A.dll"), "text");
        Assert.Contains("is not a .NET assembly", Assert.IsType<PackageInspection.Refused>(PackageFolder.Inspect(folder.Path)).Problem.Message, StringComparison.Ordinal);

        await File.WriteAllTextAsync(folder.File("B.deps.json"), "{}");
        Assert.Contains("2 .deps.json files", Assert.IsType<PackageInspection.Refused>(PackageFolder.Inspect(folder.Path)).Problem.Message, StringComparison.Ordinal);
    }

    private static string Output(string project, string assembly) => Path.GetDirectoryName(RepositoryRoot.Built(project, assembly))!;

    /// <summary>Compiled here and now: one source a case is plainer than one project a case.</summary>
    private static PackageInspection Inspect(string name)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File(name + ".deps.json"), "{}");
        FunctionAssembly.Write(name, folder.File(name + ".dll"));
        return PackageFolder.Inspect(folder.Path);
    }

    private static string Refusal(string name) => Assert.IsType<PackageInspection.Refused>(Inspect(name)).Problem.Message;

    private static void Copy(string from, string to, string name)
    {
        foreach (var end in (string[])[".dll", ".deps.json"])
        {
            File.Copy(Path.Combine(from, name + end), Path.Combine(to, name + end));
        }
    }
}
