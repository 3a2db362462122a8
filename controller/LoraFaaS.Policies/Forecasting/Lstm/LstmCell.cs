using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>The elementwise half of an LSTM step (Hochreiter and Schmidhuber 1997, with forget gates), forth and back.</summary>
internal static class LstmCell
{
    /// <summary>From sums in <paramref name="gates"/> [rows × 4 hidden] to gates, cells and outputs.</summary>
    public static void Forward(Span<float> gates, ReadOnlySpan<float> before, Span<float> cells, Span<float> cellTanh, Span<float> outputs, int hidden)
    {
        for (var row = 0; row * hidden < cells.Length; row++)
        {
            var gate = gates.Slice(row * 4 * hidden, 4 * hidden);
            TensorPrimitives.Sigmoid(gate[..(2 * hidden)], gate[..(2 * hidden)]);
            TensorPrimitives.Tanh(gate.Slice(2 * hidden, hidden), gate.Slice(2 * hidden, hidden));
            TensorPrimitives.Sigmoid(gate[(3 * hidden)..], gate[(3 * hidden)..]);

            var cell = cells.Slice(row * hidden, hidden);
            TensorPrimitives.Multiply(gate.Slice(hidden, hidden), before.Slice(row * hidden, hidden), cell);
            TensorPrimitives.MultiplyAdd(gate[..hidden], gate.Slice(2 * hidden, hidden), cell, cell);
            TensorPrimitives.Tanh(cell, cellTanh.Slice(row * hidden, hidden));
            TensorPrimitives.Multiply(gate[(3 * hidden)..], cellTanh.Slice(row * hidden, hidden), outputs.Slice(row * hidden, hidden));
        }
    }

    /// <summary>
    /// From the gradient of the outputs to that of the sums. <paramref name="cellGradient"/> comes in from the step after and goes out to
    /// the step before.
    /// </summary>
    public static void Backward(
        ReadOnlySpan<float> gates, ReadOnlySpan<float> before, ReadOnlySpan<float> cellTanh, ReadOnlySpan<float> outputGradient,
        Span<float> cellGradient, Span<float> sumGradient, int hidden)
    {
        for (var row = 0; row * hidden < cellGradient.Length; row++)
        {
            var gate = gates.Slice(row * 4 * hidden, 4 * hidden);
            var sum = sumGradient.Slice(row * 4 * hidden, 4 * hidden);
            var one = Vector<float>.One;
            var input = Vectors(gate[..hidden]);
            var forget = Vectors(gate.Slice(hidden, hidden));
            var candidate = Vectors(gate.Slice(2 * hidden, hidden));
            var output = Vectors(gate[(3 * hidden)..]);
            var inputSum = Writable(sum[..hidden]);
            var forgetSum = Writable(sum.Slice(hidden, hidden));
            var candidateSum = Writable(sum.Slice(2 * hidden, hidden));
            var outputSum = Writable(sum[(3 * hidden)..]);
            var old = Vectors(before.Slice(row * hidden, hidden));
            var tanh = Vectors(cellTanh.Slice(row * hidden, hidden));
            var from = Vectors(outputGradient.Slice(row * hidden, hidden));
            var cell = Writable(cellGradient.Slice(row * hidden, hidden));

            for (var i = 0; i < cell.Length; i++)
            {
                var through = cell[i] + from[i] * output[i] * (one - tanh[i] * tanh[i]);
                outputSum[i] = from[i] * tanh[i] * output[i] * (one - output[i]);
                inputSum[i] = through * candidate[i] * input[i] * (one - input[i]);
                forgetSum[i] = through * old[i] * forget[i] * (one - forget[i]);
                candidateSum[i] = through * input[i] * (one - candidate[i] * candidate[i]);
                cell[i] = through * forget[i];
            }
        }
    }

    private static ReadOnlySpan<Vector<float>> Vectors(ReadOnlySpan<float> values) => MemoryMarshal.Cast<float, Vector<float>>(values);

    private static Span<Vector<float>> Writable(Span<float> values) => MemoryMarshal.Cast<float, Vector<float>>(values);
}
