using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Text;

namespace LoraFaaS.Console.Scripts;

/// <summary>Blazor's own script, read out of the assembly that carries it (decisions/0001).</summary>
internal sealed class BlazorScript
{
    private const string Resource = "_framework/blazor.web.js";

    public BlazorScript()
    {
        Content = Read(Path.Combine(AppContext.BaseDirectory, "blazor", "script.bin"));
        Tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Content))[..16]}\"";
    }

    public byte[] Content { get; }

    /// <summary>Its entity tag, quotes included.</summary>
    public string Tag { get; }

    private static byte[] Read(string path)
    {
        using var file = File.OpenRead(path);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var resources = image.GetSectionData(image.PEHeaders.CorHeader!.ResourcesDirectory.RelativeVirtualAddress).GetContent();

        foreach (var handle in metadata.ManifestResources)
        {
            var resource = metadata.GetManifestResource(handle);

            if (resource.Implementation.IsNil && metadata.GetString(resource.Name) == Resource)
            {
                return Slice(resources, checked((int)resource.Offset));
            }
        }

        throw new InvalidDataException($"{path} holds no {Resource}");
    }

    /// <summary>A resource is its length in four bytes, then its content.</summary>
    private static byte[] Slice(ImmutableArray<byte> resources, int offset)
    {
        var all = resources.AsSpan();
        var length = BitConverter.ToInt32(all[offset..]);
        return all.Slice(offset + sizeof(int), length).ToArray();
    }
}
