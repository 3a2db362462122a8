using System.Text.Json;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Adapters;

/// <summary>
/// A packed adapter: one self-describing run of bytes in the kernels' layout, so that loading it is a copy into pages.
/// Opening it checks every range; that it fits a backbone is checked when it is loaded beside one. Does not own the bytes.
/// </summary>
public sealed class AdapterImage
{
    private readonly nint _content;

    private AdapterImage(nint address, in ImageHeader header, AdapterManifest manifest)
    {
        _content = address + (nint)header.ContentOffset;
        ContentOffset = header.ContentOffset;
        ContentBytes = header.ContentBytes;
        Manifest = manifest;
    }

    /// <summary>Bytes of the image before its content: what opening it reads.</summary>
    public long ContentOffset { get; }

    /// <summary>Bytes that go into pages.</summary>
    public long ContentBytes { get; }

    public AdapterManifest Manifest { get; }

    /// <exception cref="InvalidImageException">The bytes are not a whole, consistent adapter image.</exception>
    public static AdapterImage Open(nint address, long length)
    {
        var header = ImageHeader.Read(address, length, ImageHeader.AdapterMagic);
        var manifest = ReadManifest(header.Manifest(address));
        AdapterCheck.Verify(manifest, header);
        return new AdapterImage(address, header, manifest);
    }

    /// <summary>Where a byte of the content is.</summary>
    internal nint AddressOf(long offset) => _content + (nint)offset;

    /// <summary>A range of the content.</summary>
    internal unsafe ReadOnlySpan<byte> Content(long offset, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, ContentBytes - bytes);
        return new ReadOnlySpan<byte>((byte*)_content + offset, bytes);
    }

    private static AdapterManifest ReadManifest(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ImageJson.Default.AdapterManifest)
                ?? throw new InvalidImageException("The adapter's manifest is null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidImageException("The adapter's manifest is not valid JSON of its kind.", exception);
        }
    }
}
