namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>Stretches of several functions' time to learn from, side by side. Arrays are [steps × rows × width] but for the last two.</summary>
public sealed class LstmBatch
{
    public LstmBatch(LstmShape shape, int rows, int steps)
    {
        (Shape, Rows, Steps) = (shape, rows, steps);
        Features = new float[steps * rows * shape.Features];
        Calls = new float[steps * rows * ForecastHorizons.Count];
        Functions = new int[rows];
        State = new float[rows * shape.State];
    }

    public LstmShape Shape { get; }

    public int Rows { get; }

    public int Steps { get; }

    public float[] Features { get; }

    /// <summary>Calls that came within each horizon; NaN where it is not known.</summary>
    public float[] Calls { get; }

    /// <summary>Each row's row of the embedding.</summary>
    public int[] Functions { get; }

    /// <summary>[rows × state]: before the first step; a pass leaves what is after the last.</summary>
    public float[] State { get; }

    public Span<float> FeaturesAt(int step, int row) => Features.AsSpan((step * Rows + row) * Shape.Features, Shape.Features);

    public Span<float> CallsAt(int step, int row) => Calls.AsSpan((step * Rows + row) * ForecastHorizons.Count, ForecastHorizons.Count);

    public Span<float> StateOf(int row) => State.AsSpan(row * Shape.State, Shape.State);
}
