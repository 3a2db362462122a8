using System.Runtime.InteropServices;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Warmup;

/// <summary>An image of weights that are all zero, before it has memory: how long it is, and the few bytes of it that are not zero.</summary>
public sealed class BlankImage
{
    private readonly long _manifestAt;
    private readonly byte[] _manifest;
    private readonly ImageHeader _header;

    internal BlankImage(long bytes, long manifestAt, byte[] manifest, ImageHeader header) => (Bytes, _manifestAt, _manifest, _header) = (bytes, manifestAt, manifest, header);

    public long Bytes { get; }

    /// <summary>Memory of the backend with this image in it; the caller disposes it.</summary>
    public DeviceMemory On(IComputeBackend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        var memory = backend.AllocateHostVisible(Bytes);
        Span<byte> header = stackalloc byte[ImageHeader.Bytes];
        MemoryMarshal.Write(header, _header);
        memory.Write(0, header);
        memory.Write(_manifestAt, _manifest);
        return memory;
    }

    /// <param name="zeros"><see cref="Bytes"/> of zeros, where the rest is written.</param>
    public void Write(Span<byte> zeros)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(zeros.Length, Bytes);
        MemoryMarshal.Write(zeros, _header);
        _manifest.CopyTo(zeros[checked((int)_manifestAt)..]);
    }
}
