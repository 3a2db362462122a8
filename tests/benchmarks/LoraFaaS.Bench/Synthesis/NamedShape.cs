namespace LoraFaaS.Bench.Synthesis;

/// <summary>A backbone's sizes by name; Llama layout, untied head.</summary>
internal sealed record NamedShape(string Name, int Vocabulary, int Hidden, int Intermediate, int Layers, int Heads, int KvHeads, int HeadDim)
{
    /// <summary>Long enough for the 2 000-token prompt and what comes after it.</summary>
    public const int MaxPositions = 4096;

    public static IReadOnlyList<NamedShape> All { get; } =
    [
        new("tiny", 2_560, 256, 688, 6, 8, 4, 32),
        new("125m", 32_000, 768, 2_048, 12, 12, 12, 64),
        // TinyLlama's sizes.
        new("1.1b", 32_000, 2_048, 5_632, 22, 32, 4, 64),
    ];

    public static NamedShape Of(string name) =>
        All.FirstOrDefault(shape => shape.Name == name) ?? throw new ArgumentException($"No shape '{name}': {string.Join(", ", All.Select(shape => shape.Name))}.");

    /// <summary>Weights that every token is multiplied with in the layers.</summary>
    public long LayerWeights => (long)Layers * (Linear.Sum(module => (long)module.Inputs * module.Outputs));

    public long HeadWeights => (long)Vocabulary * Hidden;

    /// <summary>A layer's linear modules by their name in the layer.</summary>
    public IReadOnlyList<(string Name, int Outputs, int Inputs)> Linear =>
    [
        ("self_attn.q_proj", Heads * HeadDim, Hidden),
        ("self_attn.k_proj", KvHeads * HeadDim, Hidden),
        ("self_attn.v_proj", KvHeads * HeadDim, Hidden),
        ("self_attn.o_proj", Hidden, Heads * HeadDim),
        ("mlp.gate_proj", Intermediate, Hidden),
        ("mlp.up_proj", Intermediate, Hidden),
        ("mlp.down_proj", Hidden, Intermediate),
    ];
}
