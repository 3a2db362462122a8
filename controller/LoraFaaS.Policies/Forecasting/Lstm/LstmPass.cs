namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>The way forth through the network, step by step over a batch of functions.</summary>
internal static class LstmPass
{
    /// <summary>
    /// Runs all of the tape's steps. <paramref name="features"/> is [steps × rows × features], <paramref name="functions"/> the row of
    /// the embedding of each row (0: everybody's alone), <paramref name="state"/> [rows × state] comes in and goes out.
    /// </summary>
    public static void Forward(LstmParameters network, LstmTape tape, ReadOnlySpan<float> features, ReadOnlySpan<int> functions, Span<float> state)
    {
        Begin(tape, state);

        for (var step = 0; step < tape.Steps; step++)
        {
            var given = features.Slice(step * tape.Rows * tape.Shape.Features, tape.Rows * tape.Shape.Features);
            FillInputs(network, tape, step, given, functions, state);
            Layer(tape, tape.Lower, network.Lower, network.LowerBias, step);
            FillUpper(tape, step, state);
            Layer(tape, tape.Upper, network.Upper, network.UpperBias, step);
            Heads(network, tape, step, given);
        }

        End(tape, state);
    }

    /// <summary>The state's hidden and cell parts, by layer: lower hidden, lower cell, upper hidden, upper cell.</summary>
    private static Span<float> Part(Span<float> state, LstmShape shape, int row, int part) => state.Slice(row * shape.State + part * shape.Hidden, shape.Hidden);

    private static void Begin(LstmTape tape, Span<float> state)
    {
        var hidden = tape.Shape.Hidden;

        for (var row = 0; row < tape.Rows; row++)
        {
            Part(state, tape.Shape, row, 1).CopyTo(tape.Lower.FirstCells.AsSpan(row * hidden, hidden));
            Part(state, tape.Shape, row, 3).CopyTo(tape.Upper.FirstCells.AsSpan(row * hidden, hidden));
        }
    }

    private static void End(LstmTape tape, Span<float> state)
    {
        var hidden = tape.Shape.Hidden;
        var last = tape.Steps - 1;

        for (var row = 0; row < tape.Rows; row++)
        {
            tape.At(tape.Lower.Hidden, last, hidden).Slice(row * hidden, hidden).CopyTo(Part(state, tape.Shape, row, 0));
            tape.At(tape.Lower.Cells, last, hidden).Slice(row * hidden, hidden).CopyTo(Part(state, tape.Shape, row, 1));
            tape.At(tape.Upper.Hidden, last, hidden).Slice(row * hidden, hidden).CopyTo(Part(state, tape.Shape, row, 2));
            tape.At(tape.Upper.Cells, last, hidden).Slice(row * hidden, hidden).CopyTo(Part(state, tape.Shape, row, 3));
        }
    }

    private static ReadOnlySpan<float> OwnLast(LstmTape tape, LayerTape layer, int step, int row, Span<float> state, int part)
    {
        var hidden = tape.Shape.Hidden;
        return step == 0 ? Part(state, tape.Shape, row, part) : tape.At(layer.Hidden, step - 1, hidden).Slice(row * hidden, hidden);
    }

    private static void FillInputs(LstmParameters network, LstmTape tape, int step, ReadOnlySpan<float> features, ReadOnlySpan<int> functions, Span<float> state)
    {
        var shape = tape.Shape;
        var inputs = tape.At(tape.Lower.Inputs, step, tape.Lower.Width);

        for (var row = 0; row < tape.Rows; row++)
        {
            var input = inputs.Slice(row * tape.Lower.Width, tape.Lower.Width);
            features.Slice(row * shape.Features, shape.Features).CopyTo(input);
            Embed(network, functions[row], input.Slice(shape.Features, shape.Embedding));
            OwnLast(tape, tape.Lower, step, row, state, 0).CopyTo(input[shape.Inputs..]);
        }
    }

    private static void Embed(LstmParameters network, int function, Span<float> into)
    {
        var width = network.Shape.Embedding;
        network.Embeddings[..width].CopyTo(into);

        if (function == 0)
        {
            return;
        }

        var own = network.Embeddings.Slice(function * width, width);

        for (var i = 0; i < width; i++)
        {
            into[i] += own[i];
        }
    }

    private static void FillUpper(LstmTape tape, int step, Span<float> state)
    {
        var hidden = tape.Shape.Hidden;
        var inputs = tape.At(tape.Upper.Inputs, step, tape.Upper.Width);
        var below = tape.At(tape.Lower.Hidden, step, hidden);

        for (var row = 0; row < tape.Rows; row++)
        {
            var input = inputs.Slice(row * tape.Upper.Width, tape.Upper.Width);
            below.Slice(row * hidden, hidden).CopyTo(input);
            OwnLast(tape, tape.Upper, step, row, state, 2).CopyTo(input[hidden..]);
        }
    }

    private static void Layer(LstmTape tape, LayerTape layer, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, int step)
    {
        var hidden = tape.Shape.Hidden;
        var gates = tape.At(layer.Gates, step, 4 * hidden);
        Repeat(bias, gates);
        MatrixProduct.MultiplyAdd(tape.At(layer.Inputs, step, layer.Width), weights, gates, tape.Rows, 4 * hidden, layer.Width);
        LstmCell.Forward(gates, CellsBefore(tape, layer, step), tape.At(layer.Cells, step, hidden), tape.At(layer.CellTanh, step, hidden), tape.At(layer.Hidden, step, hidden), hidden);
    }

    internal static ReadOnlySpan<float> CellsBefore(LstmTape tape, LayerTape layer, int step) =>
        step == 0 ? layer.FirstCells : tape.At(layer.Cells, step - 1, tape.Shape.Hidden);

    private static void Heads(LstmParameters network, LstmTape tape, int step, ReadOnlySpan<float> features)
    {
        var shape = tape.Shape;
        var inputs = tape.HeadInputsAt(step);
        var hidden = tape.At(tape.Upper.Hidden, step, shape.Hidden);

        for (var row = 0; row < tape.Rows; row++)
        {
            var input = inputs.Slice(row * shape.HeadInputs, shape.HeadInputs);
            hidden.Slice(row * shape.Hidden, shape.Hidden).CopyTo(input);
            features.Slice(row * shape.Features, shape.Features).CopyTo(input[shape.Hidden..]);
        }

        var outputs = tape.OutputsAt(step);
        Repeat(network.HeadBias, outputs);
        MatrixProduct.MultiplyAdd(inputs, network.Heads, outputs, tape.Rows, shape.Outputs, shape.HeadInputs);
    }

    private static void Repeat(ReadOnlySpan<float> bias, Span<float> rows)
    {
        for (var at = 0; at < rows.Length; at += bias.Length)
        {
            bias.CopyTo(rows[at..]);
        }
    }
}
