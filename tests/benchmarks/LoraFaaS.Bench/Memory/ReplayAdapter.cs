using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Bench.Memory;

/// <summary>One function's adapter, as the three ways of keeping it count it.</summary>
/// <param name="Rank">4 to 128.</param>
/// <param name="LiveBytes">Weights: rank × (inputs + outputs) of each module, bf16.</param>
/// <param name="PackedBytes">In the layout of this engine's kernels, panels padded.</param>
/// <param name="Slots">Token slots of S-LoRA's unified paging: a row of A in the key pool, one of B in the value pool, whichever needs more.</param>
internal sealed record ReplayAdapter(int Rank, long LiveBytes, long PackedBytes, int Slots)
{
    private const int Bf16 = 2;

    private static readonly int[] Ranks = [4, 8, 16, 32, 64, 128];

    /// <summary>Modules that published adapters change: attention's q and v, all of attention, everything linear.</summary>
    private static readonly string[][] Choices =
    [
        ["q_proj", "v_proj"], ["q_proj", "k_proj", "v_proj", "o_proj"], ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    ];

    public static ReplayAdapter Draw(Random random, NamedShape shape)
    {
        var rank = Ranks[random.Next(Ranks.Length)];
        var names = Choices[random.Next(Choices.Length)];
        var modules = shape.Linear.Where(module => names.Any(name => module.Name.EndsWith(name, StringComparison.Ordinal))).ToList();
        var row = shape.KvHeads * shape.HeadDim;
        var live = modules.Sum(module => (long)rank * (module.Inputs + module.Outputs) * Bf16);
        var slots = modules.Sum(module => rank * Math.Max(Ceil(module.Inputs, row), Ceil(module.Outputs, row)));
        return new ReplayAdapter(rank, live * shape.Layers, Packed(modules, rank) * shape.Layers, slots);
    }

    /// <summary>As AdapterPackPlan lays a layer out: modules with the same input share one stack of A's, each has its B.</summary>
    private static long Packed(IReadOnlyList<(string Name, int Outputs, int Inputs)> modules, int rank)
    {
        var stacks = modules.GroupBy(module => module.Name switch
        {
            var name when name.EndsWith("o_proj", StringComparison.Ordinal) => 1,
            var name when name.EndsWith("gate_proj", StringComparison.Ordinal) || name.EndsWith("up_proj", StringComparison.Ordinal) => 2,
            var name when name.EndsWith("down_proj", StringComparison.Ordinal) => 3,
            _ => 0,
        });

        return stacks.Sum(stack => PanelLayout.Bytes(PackedDtype.BF16, stack.Count() * rank, stack.First().Inputs))
            + modules.Sum(module => PanelLayout.Bytes(PackedDtype.BF16, module.Outputs, rank));
    }

    private static int Ceil(int value, int unit) => (value + unit - 1) / unit;
}
