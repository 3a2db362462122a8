namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>One layer's part of a <see cref="LstmTape"/>.</summary>
internal sealed class LayerTape(int all, int rows, int inputs, int hidden)
{
    /// <summary>Columns of <see cref="Inputs"/>: what comes from below, then the layer's own last output.</summary>
    public int Width => inputs;

    public float[] Inputs { get; } = new float[all * inputs];

    /// <summary>After their functions: input, forget, cell, output.</summary>
    public float[] Gates { get; } = new float[all * 4 * hidden];

    public float[] Cells { get; } = new float[all * hidden];

    public float[] CellTanh { get; } = new float[all * hidden];

    public float[] Hidden { get; } = new float[all * hidden];

    /// <summary>The cells before the first step.</summary>
    public float[] FirstCells { get; } = new float[rows * hidden];
}
