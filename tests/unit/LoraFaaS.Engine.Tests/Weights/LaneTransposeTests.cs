using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Tests.Weights;

public sealed class LaneTransposeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(31)]
    [InlineData(41)]
    public unsafe void Every_lane_of_every_row_goes_to_its_line(int lines)
    {
        var stride = lines + 3;
        var rows = Enumerable.Range(0, LaneTranspose.Rows * stride).Select(i => (uint)i * 2_654_435_761).ToArray();
        var transposed = new uint[lines * LaneTranspose.Rows];

        fixed (uint* from = rows)
        fixed (uint* to = transposed)
        {
            LaneTranspose.Run(from, stride, to, lines);
        }

        Assert.Equal(Enumerable.Range(0, transposed.Length).Select(i => rows[i % LaneTranspose.Rows * stride + i / LaneTranspose.Rows]), transposed);
    }
}
