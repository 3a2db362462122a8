using System.Reflection;
using System.Runtime.Loader;

namespace LoraFaaS.Handler.Loading;

/// <summary>
/// A package's own assemblies, by its .deps.json: its versions of libraries, not the handler's. Only what both sides speak through is shared, since
/// a second copy of it would be other types.
/// </summary>
internal sealed class FunctionLoadContext(string entryPath) : AssemblyLoadContext("function")
{
    private static readonly string[] Shared = ["LoraFaaS.Functions", "LoraFaaS.Contracts"];

    private readonly AssemblyDependencyResolver _resolver = new(entryPath);

    protected override Assembly? Load(AssemblyName assemblyName) =>
        !Shared.Contains(assemblyName.Name) && _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
