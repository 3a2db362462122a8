using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Packaging;

/// <summary>An assembly read as data: nothing of it is loaded or run where it is only judged.</summary>
internal sealed class EntryAssembly : IDisposable
{
    private const string SdkAssembly = "LoraFaaS.Functions";
    private const string SdkNamespace = "LoraFaaS.Functions";
    private const string FunctionInterface = "ILoraFunction";
    private const string FrameworkAttribute = "TargetFrameworkAttribute";
    private const string FrameworkPrefix = ".NETCoreApp,Version=v";

    private readonly string _name;
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;

    /// <exception cref="BadImageFormatException">It is no managed assembly.</exception>
    public EntryAssembly(string path)
    {
        _name = Path.GetFileName(path);
        _file = new PEReader(File.OpenRead(path), PEStreamOptions.PrefetchEntireImage);

        if (!_file.HasMetadata)
        {
            _file.Dispose();
            throw new BadImageFormatException();
        }

        _metadata = _file.GetMetadataReader();
    }

    public PackageInspection Inspect(Func<string, bool> isInPackage)
    {
        if ((FrameworkProblem() ?? ReferenceProblem(isInPackage)) is { } problem)
        {
            return Refuse(problem);
        }

        var functions = _metadata.TypeDefinitions.Select(_metadata.GetTypeDefinition).Where(IsUsable).ToList();

        return functions switch
        {
            [var only] when HasConstructor(only) => new PackageInspection.Valid(_name, FullName(only)),
            [var only] => Refuse($"{FullName(only)} has no public constructor without parameters"),
            [] => Refuse($"holds no public class that implements {SdkNamespace}.{FunctionInterface}"),
            _ => Refuse($"holds {functions.Count} functions ({string.Join(", ", functions.Select(FullName).Order(StringComparer.Ordinal))}); a package is one"),
        };
    }

    public void Dispose() => _file.Dispose();

    private PackageInspection.Refused Refuse(string message) => new(new Problem(ErrorCode.CodeInvalid, message, _name));

    private string? FrameworkProblem()
    {
        foreach (var handle in _metadata.GetAssemblyDefinition().GetCustomAttributes())
        {
            var attribute = _metadata.GetCustomAttribute(handle);

            if (AttributeName(attribute) != FrameworkAttribute)
            {
                continue;
            }

            var value = _metadata.GetBlobReader(attribute.Value);
            value.ReadUInt16();
            var framework = value.ReadSerializedString() ?? "";
            var isOurs = framework.StartsWith(FrameworkPrefix, StringComparison.Ordinal)
                && Version.TryParse(framework[FrameworkPrefix.Length..], out var version)
                && version <= new Version(Environment.Version.Major, Environment.Version.Minor);

            return isOurs ? null : $"is built for {framework}; the platform runs .NET {Environment.Version.Major}";
        }

        return null;
    }

    private string? ReferenceProblem(Func<string, bool> isInPackage)
    {
        var ours = typeof(FunctionCode).Assembly.GetName().Version!;
        var usesSdk = false;

        foreach (var reference in _metadata.AssemblyReferences.Select(_metadata.GetAssemblyReference))
        {
            var name = _metadata.GetString(reference.Name);

            if (name is SdkAssembly or "LoraFaaS.Contracts")
            {
                usesSdk |= name is SdkAssembly;

                if (reference.Version > ours)
                {
                    return $"is built against {name} {reference.Version}, and this platform has {ours}";
                }
            }
            else if (!isInPackage(name) && !SharedFramework.Has(name))
            {
                return $"needs {name}, which is neither in the package nor in the runtime: push what dotnet publish leaves";
            }
        }

        return usesSdk ? null : $"does not reference {SdkAssembly}";
    }

    private bool IsUsable(TypeDefinition type) =>
        (type.Attributes & (TypeAttributes.Abstract | TypeAttributes.Interface)) == 0
        && type.GetGenericParameters().Count == 0
        && IsVisible(type)
        && Implements(type);

    private bool IsVisible(TypeDefinition type) => (type.Attributes & TypeAttributes.VisibilityMask) switch
    {
        TypeAttributes.Public => true,
        TypeAttributes.NestedPublic => IsVisible(_metadata.GetTypeDefinition(type.GetDeclaringType())),
        _ => false,
    };

    /// <summary>By itself, or by a base class or an interface of the same assembly.</summary>
    private bool Implements(TypeDefinition type) =>
        type.GetInterfaceImplementations().Any(handle => IsFunction(_metadata.GetInterfaceImplementation(handle).Interface))
        || (type.BaseType.Kind is HandleKind.TypeDefinition && Implements(_metadata.GetTypeDefinition((TypeDefinitionHandle)type.BaseType)));

    private bool IsFunction(EntityHandle type) => type.Kind switch
    {
        HandleKind.TypeReference => IsFunction(_metadata.GetTypeReference((TypeReferenceHandle)type)),
        HandleKind.TypeDefinition => Implements(_metadata.GetTypeDefinition((TypeDefinitionHandle)type)),
        _ => false,
    };

    private bool IsFunction(TypeReference type) =>
        _metadata.StringComparer.Equals(type.Name, FunctionInterface)
        && _metadata.StringComparer.Equals(type.Namespace, SdkNamespace)
        && type.ResolutionScope.Kind is HandleKind.AssemblyReference
        && _metadata.StringComparer.Equals(_metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name, SdkAssembly);

    private bool HasConstructor(TypeDefinition type) =>
        type.GetMethods().Select(_metadata.GetMethodDefinition).Any(method =>
            _metadata.StringComparer.Equals(method.Name, ".ctor")
            && (method.Attributes & MethodAttributes.MemberAccessMask) == MethodAttributes.Public
            && ParameterCount(method) == 0);

    private int ParameterCount(MethodDefinition method)
    {
        var signature = _metadata.GetBlobReader(method.Signature);
        signature.ReadSignatureHeader();
        return signature.ReadCompressedInteger();
    }

    private string FullName(TypeDefinition type)
    {
        var name = _metadata.GetString(type.Name);

        if (!type.GetDeclaringType().IsNil)
        {
            return FullName(_metadata.GetTypeDefinition(type.GetDeclaringType())) + "+" + name;
        }

        return type.Namespace.IsNil ? name : _metadata.GetString(type.Namespace) + "." + name;
    }

    private string? AttributeName(CustomAttribute attribute) =>
        attribute.Constructor.Kind is HandleKind.MemberReference
        && _metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeReference } parent
            ? _metadata.GetString(_metadata.GetTypeReference((TypeReferenceHandle)parent).Name)
            : null;
}
