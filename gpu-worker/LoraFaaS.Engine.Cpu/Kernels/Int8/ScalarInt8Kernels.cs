using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Kernels.Int8;

/// <summary>The plain form: what the others are checked against, and what runs on a CPU without AVX2.</summary>
internal sealed unsafe class ScalarInt8Kernels : Int8Kernels
{
    public override string Name => "scalar";

    public override void Multiply(in Int8Product product)
    {
        for (var token = 0; token < product.Tokens; token++)
        {
            for (var panel = 0; panel < product.Panels; panel++)
            {
                var tile = product.At(panel, token);
                for (var row = 0; row < PanelLayout.PanelRows; row++)
                {
                    tile.Output[row] = Dot(tile, row);
                }
            }
        }
    }

    private static float Dot(in Int8Product tile, int row)
    {
        var weights = tile.Weights;
        var input = tile.Input;
        var sum = 0f;
        for (var group = 0; group < tile.Groups; group++)
        {
            var whole = tile.Factors[group].Start;
            for (var line = 0; line < tile.GroupLines; line++)
            {
                for (var column = 0; column < GroupLayout.ColumnsPerLine; column++)
                {
                    whole += weights[row * GroupLayout.ColumnsPerLine + column] * input[column];
                }

                weights += PanelLayout.LineBytes;
                input += GroupLayout.ColumnsPerLine;
            }

            sum = MathF.FusedMultiplyAdd(whole * tile.Factors[group].Scale, ((float*)weights)[row], sum);
            weights += GroupLayout.ScaleBytes;
        }

        return sum;
    }
}
