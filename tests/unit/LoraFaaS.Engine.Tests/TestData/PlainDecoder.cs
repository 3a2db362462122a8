using System.Globalization;

namespace LoraFaaS.Engine.Tests.TestData;

/// <summary>The decoder as the papers write it, in double, token by token, with no cache, pages or tiles: what the engine must come to.</summary>
internal sealed class PlainDecoder(RandomCheckpoint weights, bool bent, double ropeFactor)
{
    private static readonly Dictionary<string, double> Scales = new()
    {
        ["q_proj"] = 7.0 / 5, ["v_proj"] = 7.0 / 3, ["up_proj"] = 2.0 / 5, ["down_proj"] = 7.0 / 17,
    };

    public double[] LastLogits(int[] tokens)
    {
        var states = tokens.Select(t => weights.Of("model.embed_tokens.weight").Skip(t * RandomCheckpoint.Hidden).Take(RandomCheckpoint.Hidden)
            .Select(v => (double)v).ToArray()).ToArray();
        for (var layer = 0; layer < RandomCheckpoint.Layers; layer++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");
            var attended = Attention(at, [.. states.Select(s => Norm(s, weights.Of(at + "input_layernorm.weight")))]);
            states = [.. states.Zip(attended, (s, a) => Sum(s, Linear(at + "self_attn.o_proj", a)))];
            states = [.. states.Select(s => Sum(s, Mlp(at, Norm(s, weights.Of(at + "post_attention_layernorm.weight")))))];
        }

        return Multiply(weights.Of("lm_head.weight"), Norm(states[^1], weights.Of("model.norm.weight")));
    }

    private double[][] Attention(string at, double[][] inputs)
    {
        var size = weights.HeadDim;
        var queries = inputs.Select((x, p) => Heads(Linear(at + "self_attn.q_proj", x), weights.OfOrNull(at + "self_attn.q_norm.weight"), p)).ToArray();
        var keys = inputs.Select((x, p) => Heads(Linear(at + "self_attn.k_proj", x), weights.OfOrNull(at + "self_attn.k_norm.weight"), p)).ToArray();
        var values = inputs.Select(x => Linear(at + "self_attn.v_proj", x)).ToArray();

        return [.. inputs.Select((_, position) => Enumerable.Range(0, RandomCheckpoint.Heads).SelectMany(head =>
        {
            var kvHead = head / (RandomCheckpoint.Heads / RandomCheckpoint.KvHeads);
            var shares = Enumerable.Range(0, position + 1).Select(p => Math.Exp(
                Enumerable.Range(0, size).Sum(i => queries[position][head][i] * keys[p][kvHead][i]) / Math.Sqrt(size))).ToArray();
            return Enumerable.Range(0, size).Select(i =>
                Enumerable.Range(0, position + 1).Sum(p => shares[p] * values[p][kvHead * size + i]) / shares.Sum());
        }).ToArray())];
    }

    private double[][] Heads(double[] row, float[]? norm, int position) => [.. row.Chunk(weights.HeadDim).Select(head =>
    {
        var x = norm is null ? head : Norm(head, norm);
        var half = x.Length / 2;
        return x.Select((value, i) =>
        {
            var angle = position * Math.Pow(10_000, -2.0 * (i % half) / x.Length) / ropeFactor;
            return value * Math.Cos(angle) + (i < half ? -x[i + half] : x[i - half]) * Math.Sin(angle);
        }).ToArray();
    })];

    private double[] Mlp(string at, double[] x)
    {
        var gate = Linear(at + "mlp.gate_proj", x);
        var up = Linear(at + "mlp.up_proj", x);
        return Linear(at + "mlp.down_proj", [.. gate.Zip(up, (g, u) => g / (1 + Math.Exp(-g)) * u)]);
    }

    private double[] Linear(string name, double[] x)
    {
        var y = Multiply(weights.Of(name + ".weight"), x);
        if (weights.OfOrNull(name + ".bias") is { } bias)
        {
            y = Sum(y, [.. bias.Select(b => (double)b)]);
        }

        return bent && weights.AdapterOf(name) is { } adapter
            ? Sum(y, [.. Multiply(adapter.B, Multiply(adapter.A, x)).Select(v => v * Scales[name[(name.LastIndexOf('.') + 1)..]])])
            : y;
    }

    private static double[] Multiply(float[] matrix, double[] x) => [.. matrix.Chunk(x.Length).Select(row => row.Zip(x, (w, v) => w * v).Sum())];

    private static double[] Norm(double[] x, float[] weight)
    {
        var inverse = 1 / Math.Sqrt(x.Average(v => v * v) + 1e-6);
        return [.. x.Zip(weight, (v, w) => v * inverse * w)];
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
