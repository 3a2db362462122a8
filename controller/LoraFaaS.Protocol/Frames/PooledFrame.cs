using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace LoraFaaS.Protocol.Frames;

/// <summary>One encoded frame in rented memory, for transports that take one buffer (<c>sendmsg</c> with descriptors beside it). Dispose returns the memory.</summary>
public sealed class PooledFrame : IDisposable
{
    private readonly int _length;
    private byte[]? _rented;

    private PooledFrame(byte[] rented, int length)
    {
        _rented = rented;
        _length = length;
    }

    /// <summary>Header and payload.</summary>
    public ReadOnlyMemory<byte> Bytes => (_rented ?? throw new ObjectDisposedException(nameof(PooledFrame))).AsMemory(0, _length);

    public static PooledFrame Encode(IMessage message, int maxFrameBytes = FrameLimits.DefaultMaxFrameBytes)
    {
        ArgumentNullException.ThrowIfNull(message);

        var payload = FrameEncoder.LengthOf(message, maxFrameBytes);
        var length = FrameLimits.HeaderBytes + payload;
        var rented = ArrayPool<byte>.Shared.Rent(length);

        BinaryPrimitives.WriteUInt32BigEndian(rented, (uint)payload);
        message.WriteTo(rented.AsSpan(FrameLimits.HeaderBytes, payload));

        return new(rented, length);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _rented, null) is { } rented)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
