using System.Collections.Immutable;
using System.Globalization;

namespace LoraFaaS.Checkpoints.Safetensors;

/// <summary>One tensor as its file describes it. <see cref="Offset"/> counts from the start of the data section of its file; data is row-major, little-endian.</summary>
public sealed record TensorInfo(string Name, TensorType Type, ImmutableArray<long> Shape, long Offset, long ByteCount)
{
    public long ElementCount => ByteCount / Type.ElementBytes;

    public bool HasShape(params ReadOnlySpan<long> expected) => Shape.AsSpan().SequenceEqual(expected);

    public string ShapeText => $"[{string.Join(", ", Shape.Select(d => d.ToString(CultureInfo.InvariantCulture)))}]";
}
