using System.Runtime.CompilerServices;
using LoraFaaS.Engine.Compute;
using LoraFaaS.Engine.Cpu.Kernels.Tiles;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Cpu.Kernels;

/// <summary>The plain form of every kernel: what the others are checked against, and what runs on a CPU without AVX2.</summary>
internal unsafe class ScalarKernels : CpuKernels
{
    public override string Name => "scalar";

    public override void Multiply(PackedDtype weights, ActivationType input, in TileArguments product)
    {
        for (var token = 0; token < product.Tokens; token++)
        {
            for (var panel = 0; panel < product.Panels; panel++)
            {
                var tile = product.At(panel, token);
                for (var row = 0; row < PanelLayout.PanelRows; row++)
                {
                    var start = tile.Accumulate ? tile.Output[row] : 0f;
                    tile.Output[row] = weights is PackedDtype.BF16
                        ? DotPairs((ushort*)tile.Weights + 2 * row, (float*)tile.Input, tile.Lines, start)
                        : DotSingles((float*)tile.Weights + row, (float*)tile.Input, tile.Lines, start);
                }
            }
        }
    }

    [SkipLocalsInit]
    public override void Normalize(float* input, float* weight, int count, float epsilon, float* output)
    {
        var lanes = stackalloc float[Lanes];
        new Span<float>(lanes, Lanes).Clear();
        for (var i = 0; i < count; i++)
        {
            lanes[i % Lanes] = MathF.FusedMultiplyAdd(input[i], input[i], lanes[i % Lanes]);
        }

        var inverse = 1f / MathF.Sqrt(SumLanes(lanes) / count + epsilon);
        for (var i = 0; i < count; i++)
        {
            output[i] = weight[i] * (input[i] * inverse);
        }
    }

    public override void Add(float* target, float* source, int count)
    {
        for (var i = 0; i < count; i++)
        {
            target[i] += source[i];
        }
    }

    public override void Scale(float* target, float* factors, int count)
    {
        for (var i = 0; i < count; i++)
        {
            target[i] *= factors[i];
        }
    }

    public override void GatedUnit(float* gate, float* up, int count, float* output)
    {
        for (var i = 0; i < count; i++)
        {
            output[i] = gate[i] / (1f + Exp(-gate[i])) * up[i];
        }
    }

    public override void Rotate(float* head, float* cos, float* sin, int half)
    {
        for (var i = 0; i < half; i++)
        {
            var a = head[i];
            var b = head[i + half];
            head[i] = a * cos[i] - b * sin[i];
            head[i + half] = b * cos[i] + a * sin[i];
        }
    }

    public override void SoftmaxBlock(float* scores, int visible, float scale, ref float maximum, ref float sum, float* output, int outputCount)
    {
        var highest = maximum;
        for (var i = 0; i < Lanes; i++)
        {
            scores[i] = i < visible ? scores[i] * scale : float.NegativeInfinity;
            highest = MathF.Max(highest, scores[i]);
        }

        var shrink = Exp(maximum - highest);
        for (var i = 0; i < Lanes; i++)
        {
            scores[i] = Exp(scores[i] - highest);
        }

        maximum = highest;
        sum = sum * shrink + SumLanes(scores);
        for (var i = 0; i < outputCount; i++)
        {
            output[i] *= shrink;
        }
    }

    public override void Divide(float* target, float divisor, int count)
    {
        for (var i = 0; i < count; i++)
        {
            target[i] /= divisor;
        }
    }

    /// <summary>e^x to within 2 units in the last place; 0 below <see cref="CpuKernels.ExpLow"/>.</summary>
    internal static float Exp(float x)
    {
        if (x < ExpLow)
        {
            return 0f;
        }

        x = MathF.Min(x, ExpHigh);
        var n = MathF.Round(x * Log2E);
        var r = MathF.FusedMultiplyAdd(n, -Ln2High, x);
        r = MathF.FusedMultiplyAdd(n, -Ln2Low, r);

        var p = MathF.FusedMultiplyAdd(Exp0, r, Exp1);
        p = MathF.FusedMultiplyAdd(p, r, Exp2);
        p = MathF.FusedMultiplyAdd(p, r, Exp3);
        p = MathF.FusedMultiplyAdd(p, r, Exp4);
        p = MathF.FusedMultiplyAdd(p, r, Exp5);
        p = MathF.FusedMultiplyAdd(p, r * r, r) + 1f;

        return p * BitConverter.Int32BitsToSingle((int)n + 127 << 23);
    }

    /// <summary>16 lanes by the tree that the vector forms use: halves onto halves.</summary>
    private static float SumLanes(float* lanes)
    {
        var eight = stackalloc float[8];
        for (var i = 0; i < 8; i++)
        {
            eight[i] = lanes[i] + lanes[i + 8];
        }

        return eight[0] + eight[4] + (eight[2] + eight[6]) + (eight[1] + eight[5] + (eight[3] + eight[7]));
    }

    private static float DotPairs(ushort* weights, float* input, int lines, float sum)
    {
        for (var line = 0; line < lines; line++)
        {
            sum = MathF.FusedMultiplyAdd(BFloat16Bits.Widen(weights[0]), input[0], sum);
            sum = MathF.FusedMultiplyAdd(BFloat16Bits.Widen(weights[1]), input[1], sum);
            weights += TileArguments.LineBytes / sizeof(ushort);
            input += 2;
        }

        return sum;
    }

    private static float DotSingles(float* weights, float* input, int lines, float sum)
    {
        for (var line = 0; line < lines; line++)
        {
            sum = MathF.FusedMultiplyAdd(*weights, input[line], sum);
            weights += TileArguments.LineBytes / sizeof(float);
        }

        return sum;
    }
}
