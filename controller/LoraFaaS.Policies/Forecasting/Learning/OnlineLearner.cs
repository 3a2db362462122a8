using LoraFaaS.Policies.Forecasting.Lstm;

namespace LoraFaaS.Policies.Forecasting.Learning;

/// <summary>Teaches a network while the platform runs: lessons in, updates out, no more of them than there is something new to learn from. One owner.</summary>
public sealed class OnlineLearner(LstmTrainer trainer, Random random)
{
    /// <summary>Lessons of an update.</summary>
    public const int BatchLessons = 32;

    /// <summary>How often a lesson is drawn, on average, before the next comes.</summary>
    private const double Draws = 8;

    private const double Nameless = 0.15;
    private const double FirstRate = 2e-3;
    private const double LastRate = 3e-4;
    private const double RateHalfLife = 1000;

    private readonly ReplayBuffer _buffer = new();
    private readonly LstmBatch _batch = new(trainer.Shape, BatchLessons, Lesson.Steps);
    private double _owed;

    public LstmTrainer Trainer { get; } = trainer;

    /// <summary>What there is to learn from, as bytes.</summary>
    public byte[] Remember() => ReplayFile.Write(_buffer, Trainer.Shape);

    /// <summary>Takes back what was remembered, of which nothing is new; false, and why, where it is damaged or of another network's shape.</summary>
    public bool TryRecall(ReadOnlySpan<byte> bytes, out string problem) => ReplayFile.TryRead(bytes, _buffer, Trainer.Shape, out problem);

    /// <summary>There is an update to make.</summary>
    public bool IsDue => _owed >= 1 && _buffer.Count >= BatchLessons;

    public void Add(Lesson lesson)
    {
        _buffer.Add(lesson);

        // A backlog of more than the buffer holds would only wear out what is in it.
        _owed = Math.Min(_owed + Draws / BatchLessons, ReplayBuffer.Capacity * Draws / BatchLessons);
    }

    /// <summary>One update, about ten milliseconds of a core; the mean loss before it.</summary>
    public double Update()
    {
        _owed--;
        _buffer.Draw(_batch, Nameless, random);
        return Trainer.Train(_batch, (float)Math.Max(LastRate, FirstRate * Math.Pow(0.5, Trainer.Updates / RateHalfLife)));
    }
}
