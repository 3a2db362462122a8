using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Checkpoints.Safetensors;

namespace LoraFaaS.Engine.Adapters;

/// <summary>Packs a validated adapter into the image that sandboxes load from, on one thread and into memory of the caller's. See <see cref="AdapterPacking"/>.</summary>
public static class AdapterPacker
{
    /// <summary>Bytes that <see cref="Pack(AdapterWeights, TensorStore, ModelConfig, Span{byte}, CancellationToken)"/> will fill.</summary>
    public static long Measure(AdapterWeights weights, ModelConfig backbone)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(backbone);
        return AdapterPackPlan.For(weights, backbone).Header.TotalBytes;
    }

    /// <summary>Fills memory with the adapter's image.</summary>
    public static unsafe void Pack(
        AdapterWeights weights, TensorStore tensors, ModelConfig backbone, Span<byte> destination, CancellationToken cancellationToken)
    {
        var packing = new AdapterPacking(weights, tensors, backbone);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, packing.Bytes);

        fixed (byte* first = destination)
        {
            var image = (nint)first;
            packing.Run((piece, offset) => piece.CopyTo(new Span<byte>((byte*)image + offset, piece.Length)), cancellationToken);
        }
    }
}
