namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>
/// Asks a frozen network, many functions at a time. Its answer depends on the features and the states given alone; the room it computes in
/// is its own, so one thread at a time.
/// </summary>
public sealed class LstmPredictor
{
    /// <summary>Functions that share a pass; weights are read once for all of them.</summary>
    public const int BatchRows = 64;

    private readonly LstmTape _tape;
    private readonly float[] _features;
    private readonly int[] _functions = new int[BatchRows];
    private readonly float[] _state;

    public LstmPredictor(LstmNetwork network)
    {
        Network = network;
        _tape = new LstmTape(network.Shape, BatchRows, 1);
        _features = new float[BatchRows * network.Shape.Features];
        _state = new float[BatchRows * network.Shape.State];
    }

    public LstmNetwork Network { get; }

    /// <summary>
    /// One step of each function: <paramref name="features"/> [functions × features], <paramref name="states"/> [functions × state] before
    /// and after, one forecast each.
    /// </summary>
    public void Step(ReadOnlySpan<int> functions, ReadOnlySpan<float> features, Span<float> states, Span<CallForecast> forecasts)
    {
        var shape = Network.Shape;

        for (var from = 0; from < functions.Length; from += BatchRows)
        {
            var rows = Math.Min(BatchRows, functions.Length - from);
            functions.Slice(from, rows).CopyTo(_functions);
            features.Slice(from * shape.Features, rows * shape.Features).CopyTo(_features);
            states.Slice(from * shape.State, rows * shape.State).CopyTo(_state);
            LstmPass.Forward(Network.Parameters, _tape, _features, _functions, _state);
            _state.AsSpan(0, rows * shape.State).CopyTo(states[(from * shape.State)..]);

            for (var row = 0; row < rows; row++)
            {
                forecasts[from + row] = ForecastHeads.Read(_tape.OutputsAt(0).Slice(row * shape.Outputs, shape.Outputs));
            }
        }
    }
}
