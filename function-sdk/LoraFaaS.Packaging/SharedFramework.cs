using System.Collections.Frozen;

namespace LoraFaaS.Packaging;

/// <summary>Assemblies of the runtime that functions run on: those of this process's own framework, which is the same.</summary>
internal static class SharedFramework
{
    private static readonly FrozenSet<string> Names = Directory
        .EnumerateFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "*.dll")
        .Select(path => Path.GetFileNameWithoutExtension(path))
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool Has(string assembly) => Names.Contains(assembly);
}
