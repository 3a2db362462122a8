using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels.Tiles;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Kernels;

/// <summary>The arithmetic of <see cref="Avx512BFloat16Kernels"/> step by step, for any CPU: the same bits, and nothing of its speed.</summary>
internal sealed unsafe class ScalarBFloat16Kernels : ScalarKernels
{
    public override string Name => "scalar-bf16";

    public override ActivationType InputFor(PackedDtype weights) => weights is PackedDtype.BF16 ? ActivationType.BF16 : ActivationType.F32;

    public override void Multiply(PackedDtype weights, ActivationType input, in TileArguments product)
    {
        if (input is ActivationType.F32)
        {
            base.Multiply(weights, input, product);
            return;
        }

        for (var token = 0; token < product.Tokens; token++)
        {
            for (var panel = 0; panel < product.Panels; panel++)
            {
                var tile = product.At(panel, token);
                for (var row = 0; row < PanelLayout.PanelRows; row++)
                {
                    var start = tile.Accumulate ? tile.Output[row] : 0f;
                    tile.Output[row] = weights is PackedDtype.BF16
                        ? DotPairs((ushort*)tile.Weights + 2 * row, (ushort*)tile.Input, tile.Lines, start)
                        : DotWidened((float*)tile.Weights + row, (ushort*)tile.Input, tile.Lines, start);
                }
            }
        }
    }

    /// <summary>As vdpbf16ps sums a lane: odd then even, each product fused and rounded to nearest, subnormals zero going in and coming out.</summary>
    private static float DotPairs(ushort* weights, ushort* input, int lines, float sum)
    {
        for (var line = 0; line < lines; line++)
        {
            sum = Flush(MathF.FusedMultiplyAdd(Normal(weights[1]), Normal(input[1]), Flush(sum)));
            sum = Flush(MathF.FusedMultiplyAdd(Normal(weights[0]), Normal(input[0]), sum));
            weights += TileArguments.LineBytes / sizeof(ushort);
            input += 2;
        }

        return sum;
    }

    private static float DotWidened(float* weights, ushort* input, int lines, float sum)
    {
        for (var line = 0; line < lines; line++)
        {
            sum = MathF.FusedMultiplyAdd(*weights, BFloat16Bits.Widen(input[line]), sum);
            weights += TileArguments.LineBytes / sizeof(float);
        }

        return sum;
    }

    private static float Normal(ushort bits) => Flush(BFloat16Bits.Widen(bits));

    private static float Flush(float value) => float.IsSubnormal(value) ? MathF.CopySign(0f, value) : value;
}
