using LoraFaaS.Policies.Forecasting.Lstm;

namespace LoraFaaS.Policies.Forecasting.Learning;

/// <summary>The newest lessons, drawn from at random (P-LoRA keeps 10 000 observations; this many lessons are 16 384 function-minutes). One owner.</summary>
public sealed class ReplayBuffer
{
    public const int Capacity = 1024;

    private readonly List<Lesson> _lessons = [];
    private int _next;

    public int Count => _lessons.Count;

    /// <summary>Oldest first.</summary>
    internal IEnumerable<Lesson> Lessons => Enumerable.Range(0, _lessons.Count).Select(i => _lessons[(_next + i) % _lessons.Count]);

    public void Add(Lesson lesson)
    {
        if (_lessons.Count < Capacity)
        {
            _lessons.Add(lesson);
            return;
        }

        _lessons[_next] = lesson;
        _next = (_next + 1) % Capacity;
    }

    /// <summary>
    /// Fills a batch with drawn lessons. A share of rows learns with everybody's embedding alone, so that it serves functions not seen yet.
    /// </summary>
    public void Draw(LstmBatch batch, double nameless, Random random)
    {
        if (_lessons.Count == 0)
        {
            throw new InvalidOperationException("there is nothing to draw from");
        }

        for (var row = 0; row < batch.Rows; row++)
        {
            var lesson = _lessons[random.Next(_lessons.Count)];
            batch.Functions[row] = random.NextDouble() < nameless ? 0 : lesson.NetworkRow;
            lesson.State.CopyTo(batch.StateOf(row));

            for (var step = 0; step < batch.Steps; step++)
            {
                lesson.Features.AsSpan(step * batch.Shape.Features, batch.Shape.Features).CopyTo(batch.FeaturesAt(step, row));
                lesson.Calls.AsSpan(step * ForecastHorizons.Count, ForecastHorizons.Count).CopyTo(batch.CallsAt(step, row));
            }
        }
    }
}
