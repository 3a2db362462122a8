using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Packaging;

/// <summary>What a package holds, or why it cannot be run.</summary>
public abstract record PackageInspection
{
    private PackageInspection()
    {
    }

    /// <param name="EntryFile">The assembly with the function, at the package's top.</param>
    /// <param name="TypeName">The one class that implements ILoraFunction, with its namespace; nested ones joined by a plus sign.</param>
    public sealed record Valid(string EntryFile, string TypeName) : PackageInspection;

    public sealed record Refused(Problem Problem) : PackageInspection;
}
