using System.Buffers;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>Finds NaN and infinities by their exponent bits (all ones), in the stored type, without widening.</summary>
internal static class FiniteCheck
{
    private const int ChunkBytes = 1 << 18;

    public static bool IsFinite(TensorStore tensors, TensorInfo tensor)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (var offset = 0L; offset < tensor.ByteCount; offset += ChunkBytes)
            {
                var chunk = buffer.AsSpan(0, (int)Math.Min(ChunkBytes, tensor.ByteCount - offset));
                tensors.Read(tensor, offset, chunk);
                if (!IsFinite(tensor.Type, chunk))
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    internal static bool IsFinite(TensorType type, ReadOnlySpan<byte> data) => type switch
    {
        TensorType.BF16 => AllClear(MemoryMarshal.Cast<byte, ushort>(data), (ushort)0x7F80),
        TensorType.F16 => AllClear(MemoryMarshal.Cast<byte, ushort>(data), (ushort)0x7C00),
        TensorType.F32 => AllClear(MemoryMarshal.Cast<byte, uint>(data), 0x7F80_0000u),
        _ => throw new UnreachableException(),
    };

    /// <summary>True when no value has all bits of the mask.</summary>
    private static bool AllClear<T>(ReadOnlySpan<T> values, T mask)
        where T : unmanaged, IBinaryInteger<T>
    {
        var masks = new Vector<T>(mask);
        var index = 0;
        for (; index <= values.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            if (Vector.EqualsAny(new Vector<T>(values[index..]) & masks, masks))
            {
                return false;
            }
        }

        for (; index < values.Length; index++)
        {
            if ((values[index] & mask) == mask)
            {
                return false;
            }
        }

        return true;
    }
}
