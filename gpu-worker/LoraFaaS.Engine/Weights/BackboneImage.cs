using System.Collections.Frozen;
using System.Text.Json;

namespace LoraFaaS.Engine.Weights;

/// <summary>
/// A packed backbone: one self-describing run of bytes, mapped by every sandbox that serves it. Opening it checks that the manifest
/// describes a whole backbone and that every tensor lies inside, so that kernels need no bounds checks. Does not own the mapping.
/// </summary>
public sealed class BackboneImage
{
    /// <summary>Where vectors and small tensors begin: a cache line.</summary>
    public const int VectorAlignment = 64;

    /// <summary>Where matrices begin: a memory page.</summary>
    public const int MatrixAlignment = 4096;

    private readonly FrozenDictionary<string, PackedTensor> _tensors;

    private BackboneImage(nint address, long bytes, BackboneManifest manifest)
    {
        Address = address;
        Bytes = bytes;
        Shape = manifest.Shape;
        _tensors = manifest.Tensors.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);
    }

    public nint Address { get; }

    public long Bytes { get; }

    public BackboneShape Shape { get; }

    /// <summary>What its matrices are made of, as it is reported: "bf16", "float32", "int8 in groups of 64".</summary>
    public string Weights => _tensors.Values.Where(tensor => tensor.Rows > 1 && tensor.Layout is TensorLayout.Panels).Select(tensor => tensor.Dtype switch
    {
        PackedDtype.I8 => $"int8 in groups of {tensor.Group}",
        PackedDtype.BF16 => "bf16",
        _ => "float32",
    }).Distinct().Order(StringComparer.Ordinal).Aggregate((all, next) => $"{all}, {next}");

    public IReadOnlyCollection<PackedTensor> Tensors => _tensors.Values;

    /// <exception cref="InvalidImageException">The bytes are not a whole, consistent backbone image.</exception>
    public static BackboneImage Open(nint address, long length)
    {
        var header = ImageHeader.Read(address, length, ImageHeader.BackboneMagic);
        var manifest = ReadManifest(header.Manifest(address));
        BackboneCheck.Verify(manifest, header);
        return new BackboneImage(address, header.TotalBytes, manifest);
    }

    public PackedTensor? Find(string name) => _tensors.GetValueOrDefault(name);

    private static BackboneManifest ReadManifest(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ImageJson.Default.BackboneManifest)
                ?? throw new InvalidImageException("The image's manifest is null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidImageException("The image's manifest is not valid JSON of its kind.", exception);
        }
    }
}
