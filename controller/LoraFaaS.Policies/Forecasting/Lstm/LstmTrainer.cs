using System.Diagnostics.CodeAnalysis;

namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>
/// The one owner of a network that learns. No clock, no chance of its own, one thread: the same start and the same batches give the same
/// network, bit for bit, on the same kind of CPU.
/// </summary>
public sealed class LstmTrainer
{
    /// <summary>Gradients of a larger norm are scaled down to it.</summary>
    private const float MostNorm = 1;

    private readonly LstmParameters _parameters;
    private readonly LstmParameters _gradient;
    private readonly AdamState _adam;
    private LstmTape? _tape;
    private LstmBackPass? _back;

    public LstmTrainer(LstmShape shape, int seed)
        : this(LstmParameters.Random(shape, new Random(seed)), new AdamState(shape.Parameters))
    {
    }

    private LstmTrainer(LstmParameters parameters, AdamState adam)
    {
        _parameters = parameters;
        _gradient = new LstmParameters(parameters.Shape);
        _adam = adam;
    }

    public LstmShape Shape => _parameters.Shape;

    public long Updates => _adam.Updates;

    /// <summary>Goes on from a checkpoint; false, and why, where it is damaged or of another shape.</summary>
    public static bool TryRestore(ReadOnlySpan<byte> checkpoint, LstmShape shape, [NotNullWhen(true)] out LstmTrainer? trainer, out string problem)
    {
        var read = LstmCheckpoint.TryRead(checkpoint, shape, out var parameters, out var adam, out problem);
        trainer = read ? new LstmTrainer(parameters!, adam!) : null;
        return read;
    }

    public byte[] Checkpoint() => LstmCheckpoint.Write(_parameters, _adam);

    /// <summary>A frozen copy of what is known now.</summary>
    public LstmNetwork Freeze() => new(new LstmParameters(Shape, [.. _parameters.Values]), _adam.Updates);

    /// <summary>
    /// One pass forth and back over the batch and one update. The batch's state is left as it is after its last step. Returns the mean loss
    /// before the update.
    /// </summary>
    public double Train(LstmBatch batch, float rate)
    {
        var loss = Differentiate(batch);
        _adam.Update(_parameters.Values, _gradient.Values, rate, MostNorm);
        return loss;
    }

    /// <summary>Loss of the batch and its gradient, without an update.</summary>
    internal double Differentiate(LstmBatch batch)
    {
        if (_tape is null || _tape.Rows != batch.Rows || _tape.Steps != batch.Steps)
        {
            _tape = new LstmTape(Shape, batch.Rows, batch.Steps);
            _back = new LstmBackPass(Shape, batch.Rows, batch.Steps);
        }

        _gradient.Values.AsSpan().Clear();
        LstmPass.Forward(_parameters, _tape, batch.Features, batch.Functions, batch.State);
        return _back!.Run(_parameters, _tape, batch, _gradient);
    }

    internal LstmParameters Parameters => _parameters;

    internal LstmParameters Gradient => _gradient;
}
