using System.Text.RegularExpressions;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Architecture.Tests;

/// <summary>What a source file looks like: one type, named as the file, in the folder's namespace, of a length one can read.</summary>
public sealed partial class SourceShapeTests
{
    private const int MostLines = 400;

    /// <summary>A host's or generator's entry points have no type of their own.</summary>
    private static readonly HashSet<string> WithoutType = new(StringComparer.Ordinal) { "Program.cs", "GlobalUsings.cs", "AssemblyInfo.cs" };

    [Fact]
    public void A_file_holds_one_type_and_is_named_as_it()
    {
        var wrong =
            from file in Repository.ProductSources().Concat(Repository.Files("*.cs", "tests/TestKit"))
            where !WithoutType.Contains(Path.GetFileName(file))
            let named = Path.GetFileName(file).Split('.', '{')[0]
            let others = OtherTypes(Repository.Read(file), named)
            where others is null or { Count: > 0 }
            select $"{file}: {(others is null ? "no type of this name" : string.Join(", ", others))}";

        Rule.Holds(wrong);
    }

    [Fact]
    public void A_namespace_is_its_folder()
    {
        var wrong =
            from file in Repository.ProductSources()
            let declared = Namespace().Match(Repository.Read(file)).Groups["name"].Value
            where declared.Length > 0
            let project = Repository.ProjectOf(file)
            let inside = Path.GetDirectoryName(Path.GetRelativePath(project, file))!
            let expected = inside.Length == 0 ? Path.GetFileName(project) : $"{Path.GetFileName(project)}.{inside.Replace('/', '.')}"
            where declared != expected
            select $"{file}: {declared}";

        Rule.Holds(wrong);
    }

    [Fact]
    public void No_file_is_longer_than_one_can_read()
    {
        var wrong =
            from file in Repository.Files("*.cs", [.. Repository.ProductFolders, "tests"])
            let lines = File.ReadLines(RepositoryRoot.Of(file)).Count()
            where lines > MostLines
            select $"{file}: {lines} lines";

        Rule.Holds(wrong);
    }

    [Fact]
    public void A_TODO_has_an_issue_number()
    {
        var wrong =
            from file in Repository.ProductSources()
            where LooseEnd().IsMatch(Repository.Read(file))
            select file;

        Rule.Holds(wrong);
    }

    /// <summary>
    /// Types at the left margin beside the one the file is named after; null when that one is missing. A validator or JSON context whose body is
    /// generated may stand with the type it serves.
    /// </summary>
    private static List<string>? OtherTypes(string source, string named)
    {
        var types = Declaration().Matches(source).ToList();

        return types.Exists(type => type.Groups["name"].Value == named)
            ? [.. types.Where(type => type.Groups["name"].Value != named && !type.Groups["generated"].Success).Select(type => type.Groups["name"].Value)]
            : null;
    }

    [GeneratedRegex(@"(?<generated>^\[(OptionsValidator|JsonSerializable\([^\n]*|JsonSourceGenerationOptions\([^\n]*)\]\n(\[[^\n]*\n)*)?^(?:(?:public|internal|file|static|sealed|abstract|partial|readonly|ref|unsafe)\s+)*(?:class|record\s+struct|record|struct|interface|enum|delegate\s+\S+)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"//.*\bTODO\b(?!\s*\(?#\d)")]
    private static partial Regex LooseEnd();
}
