namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>
/// What a pass over so many rows and steps leaves behind for the way back. Every array is [steps × rows × width], so that the gradient of a
/// matrix is one product over all steps. Owned by one trainer or predictor and used again and again.
/// </summary>
internal sealed class LstmTape
{
    public LstmTape(LstmShape shape, int rows, int steps)
    {
        (Shape, Rows, Steps) = (shape, rows, steps);
        var all = rows * steps;
        Lower = new LayerTape(all, rows, shape.Inputs + shape.Hidden, shape.Hidden);
        Upper = new LayerTape(all, rows, 2 * shape.Hidden, shape.Hidden);
        HeadInputs = new float[all * shape.HeadInputs];
        Outputs = new float[all * shape.Outputs];
    }

    public LstmShape Shape { get; }

    public int Rows { get; }

    public int Steps { get; }

    public LayerTape Lower { get; }

    public LayerTape Upper { get; }

    public float[] HeadInputs { get; }

    public float[] Outputs { get; }

    public Span<float> OutputsAt(int step) => At(Outputs, step, Shape.Outputs);

    public Span<float> HeadInputsAt(int step) => At(HeadInputs, step, Shape.HeadInputs);

    public Span<float> At(float[] values, int step, int width) => values.AsSpan(step * Rows * width, Rows * width);
}
