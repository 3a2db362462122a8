using System.Runtime.InteropServices;

namespace LoraFaaS.Engine.Weights;

/// <summary>The first 64 bytes of a packed image, little-endian: what it is, and where its manifest and its content lie.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal readonly record struct ImageHeader(
    ulong Magic,
    uint Version,
    uint Layout,
    long TotalBytes,
    long ManifestOffset,
    long ManifestBytes,
    long ContentOffset,
    long ContentBytes)
{
    public const int Bytes = 64;
    public const uint CurrentVersion = 1;

    /// <summary>"LFBKBONE" and "LFADAPTR" as they lie in memory.</summary>
    public const ulong BackboneMagic = 0x454E_4F42_4B42_464C;
    public const ulong AdapterMagic = 0x5254_5041_4441_464C;

    /// <summary>A 100-layer backbone's manifest takes about 150 kB.</summary>
    private const long MaxManifestBytes = 16 << 20;

    public static unsafe ImageHeader Read(nint address, long length, ulong magic)
    {
        if (address == 0 || length < Bytes)
        {
            throw new InvalidImageException($"An image of {length} bytes has no room for its {Bytes}-byte header.");
        }

        var header = *(ImageHeader*)address;
        if (header.Magic != magic || header.Version != CurrentVersion)
        {
            throw new InvalidImageException($"Not an image of the expected kind and version (magic {header.Magic:x16}, version {header.Version}).");
        }

        if (header.Layout != PanelLayout.Number)
        {
            throw new InvalidImageException($"The image's matrices lie in layout {header.Layout}; the kernels here read layout {PanelLayout.Number}.");
        }

        if (header.TotalBytes < Bytes || header.TotalBytes > length)
        {
            throw new InvalidImageException($"The image says it has {header.TotalBytes} bytes; there are {length}.");
        }

        if (header.ManifestBytes > MaxManifestBytes
            || !header.Holds(header.ManifestOffset, header.ManifestBytes)
            || !header.Holds(header.ContentOffset, header.ContentBytes))
        {
            throw new InvalidImageException("The image's manifest or content lies outside it.");
        }

        return header;
    }

    /// <summary>Whether a range lies behind the header and inside the image. Immune to overflow.</summary>
    public bool Holds(long offset, long bytes) => offset >= Bytes && bytes >= 0 && offset <= TotalBytes && bytes <= TotalBytes - offset;

    /// <summary>Whether a range, counted from the content's start, lies inside the content.</summary>
    public bool ContentHolds(long offset, long bytes) => offset >= 0 && bytes >= 0 && offset <= ContentBytes && bytes <= ContentBytes - offset;

    public unsafe ReadOnlySpan<byte> Manifest(nint address) => new((byte*)address + ManifestOffset, (int)ManifestBytes);
}
