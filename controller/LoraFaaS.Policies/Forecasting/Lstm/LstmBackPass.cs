namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>
/// The way back (truncated backpropagation through time: the gradient ends at the tape's first step). Holds the room for gradients and
/// transposed weights; one owner.
/// </summary>
internal sealed class LstmBackPass
{
    private readonly LstmShape _shape;
    private readonly int _rows;
    private readonly float[] _lowerTransposed;
    private readonly float[] _upperTransposed;
    private readonly float[] _headsTransposed;
    private readonly float[] _lowerSums;
    private readonly float[] _upperSums;
    private readonly float[] _outputs;
    private readonly float[] _headInputs;
    private readonly float[] _lowerInputs;
    private readonly float[] _upperInputs;
    private readonly float[] _lowerHidden;
    private readonly float[] _upperHidden;
    private readonly float[] _lowerCells;
    private readonly float[] _upperCells;

    public LstmBackPass(LstmShape shape, int rows, int steps)
    {
        (_shape, _rows) = (shape, rows);
        var all = rows * steps;
        _lowerTransposed = new float[shape.Lower];
        _upperTransposed = new float[shape.Upper];
        _headsTransposed = new float[shape.Heads];
        _lowerSums = new float[all * 4 * shape.Hidden];
        _upperSums = new float[all * 4 * shape.Hidden];
        _outputs = new float[all * shape.Outputs];
        _headInputs = new float[rows * shape.HeadInputs];
        _lowerInputs = new float[rows * (shape.Inputs + shape.Hidden)];
        _upperInputs = new float[rows * 2 * shape.Hidden];
        _lowerHidden = new float[rows * shape.Hidden];
        _upperHidden = new float[rows * shape.Hidden];
        _lowerCells = new float[rows * shape.Hidden];
        _upperCells = new float[rows * shape.Hidden];
    }

    /// <summary>Mean loss of the tape's outputs, a known horizon of a row and step each; adds its gradient to <paramref name="gradient"/>.</summary>
    public double Run(LstmParameters network, LstmTape tape, LstmBatch batch, LstmParameters gradient)
    {
        var loss = Losses(tape, batch);
        Transpose(network.Lower, _lowerTransposed, 4 * _shape.Hidden);
        Transpose(network.Upper, _upperTransposed, 4 * _shape.Hidden);
        Transpose(network.Heads, _headsTransposed, _shape.Outputs);
        _lowerHidden.AsSpan().Clear();
        _upperHidden.AsSpan().Clear();
        _lowerCells.AsSpan().Clear();
        _upperCells.AsSpan().Clear();

        for (var step = tape.Steps - 1; step >= 0; step--)
        {
            Step(tape, batch, gradient, step);
        }

        var all = tape.Rows * tape.Steps;
        MatrixProduct.TransposedMultiplyAdd(tape.HeadInputs, _outputs, gradient.Heads, _shape.HeadInputs, _shape.Outputs, all);
        MatrixProduct.TransposedMultiplyAdd(tape.Upper.Inputs, _upperSums, gradient.Upper, tape.Upper.Width, 4 * _shape.Hidden, all);
        MatrixProduct.TransposedMultiplyAdd(tape.Lower.Inputs, _lowerSums, gradient.Lower, tape.Lower.Width, 4 * _shape.Hidden, all);
        AddRows(_outputs, gradient.HeadBias);
        AddRows(_upperSums, gradient.UpperBias);
        AddRows(_lowerSums, gradient.LowerBias);
        return loss;
    }

    private double Losses(LstmTape tape, LstmBatch batch)
    {
        var known = 0;

        foreach (var calls in batch.Calls)
        {
            known += float.IsNaN(calls) ? 0 : 1;
        }

        var loss = 0.0;
        var scale = 1f / Math.Max(1, known);

        for (var at = 0; at < tape.Rows * tape.Steps; at++)
        {
            loss += ForecastHeads.Loss(
                tape.Outputs.AsSpan(at * _shape.Outputs, _shape.Outputs), batch.Calls.AsSpan(at * ForecastHorizons.Count, ForecastHorizons.Count),
                _outputs.AsSpan(at * _shape.Outputs, _shape.Outputs), scale);
        }

        return loss;
    }

    private void Step(LstmTape tape, LstmBatch batch, LstmParameters gradient, int step)
    {
        var hidden = _shape.Hidden;
        _headInputs.AsSpan().Clear();
        MatrixProduct.MultiplyAdd(tape.At(_outputs, step, _shape.Outputs), _headsTransposed, _headInputs, _rows, _shape.HeadInputs, _shape.Outputs);
        AddColumns(_headInputs, _shape.HeadInputs, 0, _upperHidden);

        Layer(tape, tape.Upper, step, _upperHidden, _upperCells, _upperSums, _upperTransposed, _upperInputs);
        AddColumns(_upperInputs, 2 * hidden, 0, _lowerHidden);
        TakeColumns(_upperInputs, 2 * hidden, hidden, _upperHidden);

        Layer(tape, tape.Lower, step, _lowerHidden, _lowerCells, _lowerSums, _lowerTransposed, _lowerInputs);
        AddEmbeddings(batch, gradient);
        TakeColumns(_lowerInputs, _shape.Inputs + hidden, _shape.Inputs, _lowerHidden);
    }

    private void Layer(
        LstmTape tape, LayerTape layer, int step, float[] outputGradient, float[] cellGradient, float[] sums, float[] transposed, float[] inputs)
    {
        var hidden = _shape.Hidden;
        var sum = tape.At(sums, step, 4 * hidden);
        LstmCell.Backward(
            tape.At(layer.Gates, step, 4 * hidden), LstmPass.CellsBefore(tape, layer, step), tape.At(layer.CellTanh, step, hidden), outputGradient, cellGradient, sum, hidden);
        inputs.AsSpan().Clear();
        MatrixProduct.MultiplyAdd(sum, transposed, inputs, _rows, layer.Width, 4 * hidden);
    }

    private void AddEmbeddings(LstmBatch batch, LstmParameters gradient)
    {
        var width = _shape.Embedding;

        for (var row = 0; row < _rows; row++)
        {
            var from = _lowerInputs.AsSpan(row * (_shape.Inputs + _shape.Hidden) + _shape.Features, width);
            Add(from, gradient.Embeddings[..width]);

            if (batch.Functions[row] != 0)
            {
                Add(from, gradient.Embeddings.Slice(batch.Functions[row] * width, width));
            }
        }
    }

    private void AddColumns(float[] from, int width, int column, float[] into)
    {
        for (var row = 0; row < _rows; row++)
        {
            Add(from.AsSpan(row * width + column, _shape.Hidden), into.AsSpan(row * _shape.Hidden, _shape.Hidden));
        }
    }

    private void TakeColumns(float[] from, int width, int column, float[] into)
    {
        for (var row = 0; row < _rows; row++)
        {
            from.AsSpan(row * width + column, _shape.Hidden).CopyTo(into.AsSpan(row * _shape.Hidden));
        }
    }

    private static void AddRows(ReadOnlySpan<float> rows, Span<float> bias)
    {
        for (var at = 0; at < rows.Length; at += bias.Length)
        {
            Add(rows.Slice(at, bias.Length), bias);
        }
    }

    private static void Add(ReadOnlySpan<float> from, Span<float> into) => System.Numerics.Tensors.TensorPrimitives.Add(from, into, into);

    private static void Transpose(ReadOnlySpan<float> from, Span<float> into, int columns)
    {
        var rows = from.Length / columns;

        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                into[j * rows + i] = from[i * columns + j];
            }
        }
    }
}
