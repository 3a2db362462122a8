using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Worker.Tests.Sharing;

/// <summary>A Llama checkpoint of random bf16 weights with the demo's tokenizer: as large as asked, and good for nothing but measuring memory.</summary>
internal static class SyntheticBackbone
{
    private const int Hidden = 512;
    private const int Intermediate = 2_048;
    private const int Heads = 8;
    private const int Vocabulary = 2_560;

    /// <summary>q, k, v, o of hidden² and gate, up, down of hidden·intermediate, two bytes each: 8.4 MB a layer.</summary>
    public const long LayerBytes = 2L * ((4L * Hidden * Hidden) + (3L * Hidden * Intermediate));

    public static void Write(string folder, int layers)
    {
        foreach (var name in (string[])["tokenizer.json", "tokenizer_config.json", "generation_config.json"])
        {
            File.Copy(RepositoryRoot.Of("deploy", "demo", "backbone", name), Path.Combine(folder, name));
        }

        File.WriteAllText(Path.Combine(folder, "config.json"), string.Create(CultureInfo.InvariantCulture, $$"""
            {"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":{{Hidden}},"intermediate_size":{{Intermediate}},
             "num_hidden_layers":{{layers}},"num_attention_heads":{{Heads}},"num_key_value_heads":{{Heads}},"head_dim":{{Hidden / Heads}},
             "vocab_size":{{Vocabulary}},"max_position_embeddings":512,"rms_norm_eps":1e-5,"rope_theta":10000.0,"tie_word_embeddings":true,
             "hidden_act":"silu","torch_dtype":"bfloat16","bos_token_id":0,"eos_token_id":1}
            """));

        WriteWeights(Path.Combine(folder, "model.safetensors"), layers);
    }

    private static void WriteWeights(string path, int layers)
    {
        var tensors = new List<(string Name, int[] Shape)> { ("model.embed_tokens.weight", [Vocabulary, Hidden]), ("model.norm.weight", [Hidden]) };

        for (var layer = 0; layer < layers; layer++)
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.");
            tensors.Add((prefix + "input_layernorm.weight", [Hidden]));
            tensors.Add((prefix + "post_attention_layernorm.weight", [Hidden]));
            tensors.AddRange(((string[])["q", "k", "v", "o"]).Select(part => (prefix + $"self_attn.{part}_proj.weight", (int[])[Hidden, Hidden])));
            tensors.Add((prefix + "mlp.gate_proj.weight", [Intermediate, Hidden]));
            tensors.Add((prefix + "mlp.up_proj.weight", [Intermediate, Hidden]));
            tensors.Add((prefix + "mlp.down_proj.weight", [Hidden, Intermediate]));
        }

        var header = new StringBuilder("{");
        long offset = 0;

        foreach (var (name, shape) in tensors)
        {
            var bytes = 2L * shape.Aggregate(1L, (product, side) => product * side);
            header.Append(offset > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"\"{name}\":{{\"dtype\":\"BF16\",\"shape\":[{string.Join(',', shape)}],\"data_offsets\":[{offset},{offset + bytes}]}}");
            offset += bytes;
        }

        header.Append('}');
        header.Append(' ', (8 - (header.Length % 8)) % 8);

        using var file = File.Create(path);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        file.Write(length);
        file.Write(Encoding.ASCII.GetBytes(header.ToString()));
        WriteRandom(file, offset, new Random(42));
    }

    /// <summary>Signs and mantissas at random, exponents around 2⁻⁷: finite, small, and not compressible by anybody.</summary>
    private static void WriteRandom(Stream file, long bytes, Random random)
    {
        var block = new byte[1 << 20];

        for (var left = bytes; left > 0; left -= block.Length)
        {
            random.NextBytes(block);

            for (var i = 1; i < block.Length; i += 2)
            {
                block[i] = (byte)((block[i] & 0x80) | 0x3C);
            }

            file.Write(block, 0, (int)Math.Min(block.Length, left));
        }
    }
}
