using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Engine.Tests.TestData;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Tests.Weights;

public sealed class PackingTests
{
    [Theory]
    [InlineData("llama3-rope", PackedDtype.BF16)]
    [InlineData("qwen2-bias-tied", PackedDtype.F32)]
    [InlineData("llama-sharded", PackedDtype.F32)]
    public unsafe void Every_element_of_a_matrix_is_where_the_layout_says(string name, PackedDtype dtype)
    {
        using var checkpoint = Checkpoint.Open(GoldenFiles.Golden("tiny", name)).ValueOrThrow();
        using var bytes = Pack(checkpoint, PackPrecision.Exact);
        var tensor = BackboneImage.Open(bytes.Address, bytes.Length).Find("layers.1.up")!;
        var source = Floats(checkpoint, BackboneTensors.InLayer(1, "mlp.up_proj.weight"));

        Assert.Equal(dtype, tensor.Dtype);
        for (var row = 0; row < tensor.Rows; row++)
        {
            for (var column = 0; column < tensor.Columns; column++)
            {
                var at = (byte*)bytes.Address + tensor.Offset + PanelLayout.OffsetOf(dtype, tensor.Columns, row, column);
                Assert.Equal(source[row * tensor.Columns + column], dtype is PackedDtype.BF16 ? BFloat16Bits.Widen(*(ushort*)at) : *(float*)at);
            }
        }
    }

    [Fact]
    public void Rounding_to_bf16_halves_the_image()
    {
        using var checkpoint = Checkpoint.Open(GoldenFiles.Golden("tiny", "llama-sharded")).ValueOrThrow();
        using var rounded = Pack(checkpoint, PackPrecision.BF16);
        var tensor = BackboneImage.Open(rounded.Address, rounded.Length).Find("layers.0.query")!;

        Assert.Equal(PackedDtype.BF16, tensor.Dtype);
        Assert.InRange(rounded.Length, 0, 0.7 * BackbonePacker.Measure(checkpoint));
    }

    [Fact]
    public void Packing_that_is_cancelled_stops()
    {
        using var checkpoint = Checkpoint.Open(GoldenFiles.DemoBackbone).ValueOrThrow();
        using var bytes = new NativeBytes(BackbonePacker.Measure(checkpoint));

        Assert.ThrowsAny<OperationCanceledException>(() => BackbonePacker.Pack(
            checkpoint, bytes.Address, bytes.Length, PackPrecision.Exact, null, new CancellationToken(canceled: true)));
    }

    private static NativeBytes Pack(Checkpoint checkpoint, PackPrecision precision)
    {
        var bytes = new NativeBytes(BackbonePacker.Measure(checkpoint, precision));
        BackbonePacker.Pack(checkpoint, bytes.Address, bytes.Length, precision, null, CancellationToken.None);
        return bytes;
    }

    internal static float[] Floats(Checkpoint checkpoint, string name)
    {
        var tensor = checkpoint.Tensors.Find(name)!;
        var stored = new byte[tensor.ByteCount];
        checkpoint.Tensors.Read(tensor, 0, stored);
        var values = new float[tensor.ElementCount];
        ElementConverter.Widen(stored, tensor.Type, values);
        return values;
    }
}
