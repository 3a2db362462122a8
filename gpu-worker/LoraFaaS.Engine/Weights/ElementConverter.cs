using System.Diagnostics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Engine.Weights;

/// <summary>Turns rows of a checkpoint's elements into rows of packed elements.</summary>
internal static class ElementConverter
{
    public static PackedDtype PackedTypeOf(TensorType stored, PackPrecision precision) =>
        stored is TensorType.BF16 || precision is PackPrecision.BF16 ? PackedDtype.BF16 : PackedDtype.F32;

    /// <summary>
    /// Converts rows of <paramref name="columns"/> elements to <paramref name="target"/>; each target row starts at a multiple of
    /// <paramref name="targetStride"/> bytes, and what lies between rows is left as it was.
    /// </summary>
    public static void Convert(ReadOnlySpan<byte> source, TensorType stored, int columns, PackedDtype target, Span<byte> destination, int targetStride)
    {
        var sourceStride = columns * stored.ElementBytes;
        for (var row = 0; row * sourceStride < source.Length; row++)
        {
            var from = source.Slice(row * sourceStride, sourceStride);
            var to = destination.Slice(row * targetStride, columns * PanelLayout.ElementBytes(target));
            if (target is PackedDtype.F32)
            {
                Widen(from, stored, MemoryMarshal.Cast<byte, float>(to));
            }
            else if (stored is TensorType.BF16)
            {
                from.CopyTo(to);
            }
            else
            {
                Narrow(from, stored, MemoryMarshal.Cast<byte, ushort>(to));
            }
        }
    }

    /// <summary>Exact: float32 holds every bf16 and f16.</summary>
    public static void Widen(ReadOnlySpan<byte> source, TensorType stored, Span<float> destination)
    {
        switch (stored)
        {
            case TensorType.F32:
                MemoryMarshal.Cast<byte, float>(source).CopyTo(destination);
                return;
            case TensorType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(source), destination);
                return;
            case TensorType.BF16:
                var bits = MemoryMarshal.Cast<byte, ushort>(source);
                for (var i = 0; i < bits.Length; i++)
                {
                    destination[i] = BFloat16Bits.Widen(bits[i]);
                }

                return;
            default:
                throw new UnreachableException();
        }
    }

    private static void Narrow(ReadOnlySpan<byte> source, TensorType stored, Span<ushort> destination)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = BFloat16Bits.Round(stored is TensorType.F16
                ? (float)MemoryMarshal.Cast<byte, Half>(source)[i]
                : MemoryMarshal.Cast<byte, float>(source)[i]);
        }
    }
}
