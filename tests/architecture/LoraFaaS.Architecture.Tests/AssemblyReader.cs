using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace LoraFaaS.Architecture.Tests;

/// <summary>What a built assembly uses and declares, read from its metadata without loading it.</summary>
internal sealed class AssemblyReader : IDisposable
{
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;

    public AssemblyReader(string name)
    {
        _file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, name)));
        _metadata = _file.GetMetadataReader();
    }

    /// <summary>Full names of types of other assemblies.</summary>
    public IEnumerable<string> UsedTypes() => _metadata.TypeReferences.Select(handle => NameOf(_metadata.GetTypeReference(handle)));

    /// <summary>Members of other assemblies' types, as <c>Namespace.Type::Member</c>; a constructor carries its number of parameters, <c>.ctor/0</c>.</summary>
    public IEnumerable<string> UsedMembers() =>
        from handle in _metadata.MemberReferences
        let member = _metadata.GetMemberReference(handle)
        where member.Parent.Kind is HandleKind.TypeReference
        select $"{NameOf(_metadata.GetTypeReference((TypeReferenceHandle)member.Parent))}::{MemberName(member)}";

    /// <summary>Names of the types, properties and fields that are declared for others to see.</summary>
    public IEnumerable<string> PublicNames()
    {
        foreach (var type in _metadata.TypeDefinitions.Select(_metadata.GetTypeDefinition))
        {
            if ((type.Attributes & System.Reflection.TypeAttributes.VisibilityMask) is not (System.Reflection.TypeAttributes.Public or System.Reflection.TypeAttributes.NestedPublic))
            {
                continue;
            }

            yield return _metadata.GetString(type.Name);

            foreach (var property in type.GetProperties())
            {
                yield return _metadata.GetString(_metadata.GetPropertyDefinition(property).Name);
            }

            foreach (var field in type.GetFields().Select(_metadata.GetFieldDefinition))
            {
                if ((field.Attributes & System.Reflection.FieldAttributes.FieldAccessMask) is System.Reflection.FieldAttributes.Public)
                {
                    yield return _metadata.GetString(field.Name);
                }
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private string MemberName(MemberReference member)
    {
        var name = _metadata.GetString(member.Name);

        if (name != ".ctor")
        {
            return name;
        }

        var signature = _metadata.GetBlobReader(member.Signature);
        signature.ReadSignatureHeader();

        return $"{name}/{signature.ReadCompressedInteger()}";
    }

    private string NameOf(TypeReference type)
    {
        var name = _metadata.GetString(type.Name);

        return type.ResolutionScope.Kind is HandleKind.TypeReference
            ? NameOf(_metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope)) + "+" + name
            : _metadata.GetString(type.Namespace) + "." + name;
    }
}
