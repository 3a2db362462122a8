using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Engine.Tests.TestData;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Tests.Weights;

public sealed class GroupPackingTests
{
    [Theory]
    [InlineData("llama3-rope")]
    [InlineData("qwen2-bias-tied")]
    [InlineData("llama-sharded")]
    public unsafe void Every_level_is_where_the_layout_says_and_within_half_a_step(string name)
    {
        using var checkpoint = Checkpoint.Open(GoldenFiles.Golden("tiny", name)).ValueOrThrow();
        using var bytes = Pack(checkpoint);
        var tensor = BackboneImage.Open(bytes.Address, bytes.Length).Find("layers.1.down")!;
        var source = PackingTests.Floats(checkpoint, BackboneTensors.InLayer(1, "mlp.down_proj.weight"));
        var first = (byte*)bytes.Address + tensor.Offset;

        Assert.Equal(PackedDtype.I8, tensor.Dtype);
        for (var row = 0; row < tensor.Rows; row++)
        {
            for (var column = 0; column < tensor.Columns; column++)
            {
                var scale = *(float*)(first + GroupLayout.ScaleAt(tensor.Columns, tensor.Group, row, column));
                var level = first[GroupLayout.LevelAt(tensor.Columns, tensor.Group, row, column)] - GroupLayout.ZeroByte;

                Assert.InRange(level, -GroupLayout.MaxLevel, GroupLayout.MaxLevel);
                Assert.InRange(source[row * tensor.Columns + column] - scale * level, -0.501f * scale, 0.501f * scale);
            }
        }
    }

    [Fact]
    public void What_is_not_multiplied_stays_as_it_is_and_the_rest_halves()
    {
        using var checkpoint = Checkpoint.Open(GoldenFiles.DemoBackbone).ValueOrThrow();
        using var bytes = Pack(checkpoint);
        var image = BackboneImage.Open(bytes.Address, bytes.Length);

        Assert.Equal("int8 in groups of 64", image.Weights);
        Assert.Equal(PackedDtype.F32, image.Find("final_norm")!.Dtype);
        Assert.InRange((double)image.Bytes / BackbonePacker.Measure(checkpoint), 0.5, 0.56);

        using var untied = Checkpoint.Open(GoldenFiles.Golden("tiny", "llama-sharded")).ValueOrThrow();
        using var untiedBytes = Pack(untied);
        Assert.Equal(TensorLayout.Rows, BackboneImage.Open(untiedBytes.Address, untiedBytes.Length).Find("embedding")!.Layout);
    }

    private static NativeBytes Pack(Checkpoint checkpoint)
    {
        var bytes = new NativeBytes(BackbonePacker.Measure(checkpoint, PackPrecision.I8));
        BackbonePacker.Pack(checkpoint, bytes.Address, bytes.Length, PackPrecision.I8, null, CancellationToken.None);
        return bytes;
    }
}
