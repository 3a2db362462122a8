namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>Sizes of the forecast network: two LSTM layers of the same width, a learned embedding of the function, heads for every horizon.</summary>
public sealed record LstmShape
{
    /// <summary>The network of P-LoRA's size (papers, B2): two layers of 64.</summary>
    public static readonly LstmShape Default = new();

    /// <summary>Numbers a step, without the embedding.</summary>
    public int Features { get; init; } = ForecastFeatures.Count;

    public int Embedding { get; init; } = 8;

    /// <summary>Rows of the embedding. Row 0 is everybody's; another is what one function adds to it.</summary>
    public int Functions { get; init; } = 4096;

    /// <summary>Units of a layer; a multiple of 16.</summary>
    public int Hidden { get; init; } = 64;

    public int Inputs => Features + Embedding;

    public int Outputs { get; } = ForecastHorizons.Count * ForecastHeads.PerHorizon;

    /// <summary>What the heads read: the upper layer, and the features beside it.</summary>
    public int HeadInputs => Hidden + Features;

    /// <summary>Floats of one function's state: hidden and cell of both layers.</summary>
    public int State => 4 * Hidden;

    internal int Embeddings => Functions * Embedding;

    internal int Lower => (Inputs + Hidden) * 4 * Hidden;

    internal int Upper => 2 * Hidden * 4 * Hidden;

    internal int Heads => HeadInputs * Outputs;

    /// <summary>All learned numbers.</summary>
    public int Parameters => Embeddings + Lower + Upper + Heads + 8 * Hidden + Outputs;

    /// <summary>Which row a function has: a hash of its name, so that no table has to be kept. Two may share one.</summary>
    public int RowOf(string name)
    {
        var hash = 2166136261u;

        foreach (var letter in name)
        {
            hash = (hash ^ letter) * 16777619u;
        }

        return 1 + (int)(hash % (uint)(Functions - 1));
    }

    internal void Check()
    {
        if (Hidden % 16 != 0 || Hidden <= 0 || Features <= 0 || Embedding <= 0 || Functions < 2)
        {
            throw new ArgumentException($"no such network: {this}");
        }
    }
}
