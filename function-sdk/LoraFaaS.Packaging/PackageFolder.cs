using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Packaging;

/// <summary>The files of a package on disk: what <c>dotnet publish</c> of a class library leaves. Looked at without loading anything of it.</summary>
public static class PackageFolder
{
    private const string DependenciesEnd = ".deps.json";

    /// <summary>Whether a folder looks like a published project, for those who choose by it what to do.</summary>
    public static bool IsOne(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*" + DependenciesEnd).Any();

    /// <summary>Whether it can be run: one entry assembly, one function in it, and everything it references within reach.</summary>
    public static PackageInspection Inspect(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var described = Directory.EnumerateFiles(folder, "*" + DependenciesEnd).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();

        if (described is not [{ } description])
        {
            return Refuse("package", described.Count == 0
                ? "holds no .deps.json: publish the project (dotnet publish) and push what that leaves"
                : $"holds {described.Count} .deps.json files ({string.Join(", ", described)}): one project's output is a package");
        }

        var entry = description[..^DependenciesEnd.Length] + ".dll";
        var path = Path.Combine(folder, entry);

        if (!File.Exists(path))
        {
            return Refuse(entry, $"is missing beside {description}");
        }

        try
        {
            using var assembly = new EntryAssembly(path);
            return assembly.Inspect(name => File.Exists(Path.Combine(folder, name + ".dll")));
        }
        catch (BadImageFormatException)
        {
            return Refuse(entry, "is not a .NET assembly");
        }
    }

    private static PackageInspection.Refused Refuse(string field, string message) => new(new Problem(ErrorCode.CodeInvalid, message, field));
}
