using System.Diagnostics;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Forecasting.Lstm;

namespace LoraFaaS.Bench.Forecasting;

/// <summary>Teaches a network the earlier part of a trace: functions side by side, stretches of time one after another, states carried on.</summary>
internal sealed class NetworkTraining(TraceSet set, LstmTrainer trainer, Random random)
{
    private const int Rows = 64;
    private const int Steps = 16;
    private const float FirstRate = 3e-3f;
    private const float LastRate = 3e-4f;

    /// <summary>Rows that learn with everybody's embedding alone, so that it serves functions not seen yet.</summary>
    private const double Nameless = 0.15;

    private readonly int[] _cells = new int[CellSplit.Cells];

    /// <summary>Minutes of functions learned from, each once per epoch.</summary>
    public long Learned { get; private set; }

    /// <summary>In passes forth and back and updates, without reading histories.</summary>
    public TimeSpan LearningTime { get; private set; }

    public void Run()
    {
        var batch = new LstmBatch(trainer.Shape, Rows, Steps);
        var order = set.Series.ToArray();
        var chunks = set.LearnEnd / Steps;
        var updates = (double)set.Epochs * chunks * ((order.Length + Rows - 1) / Rows);
        var done = 0;

        for (var epoch = 0; epoch < set.Epochs; epoch++)
        {
            random.Shuffle(order);
            var histories = order.Select(_ => new ArrivalHistory(set.Start)).ToArray();
            var states = order.Select(_ => new float[trainer.Shape.State]).ToArray();
            var loss = 0.0;
            var batches = 0;

            for (var chunk = 0; chunk < chunks; chunk++)
            {
                for (var from = 0; from < order.Length; from += Rows)
                {
                    Fill(batch, order, histories, states, from, chunk * Steps);
                    var rate = FirstRate * Math.Pow(LastRate / FirstRate, done++ / updates);
                    var started = Stopwatch.GetTimestamp();
                    loss += trainer.Train(batch, (float)rate);
                    LearningTime += Stopwatch.GetElapsedTime(started);
                    Learned += Rows * Steps;
                    batches++;

                    for (var row = 0; row < Rows && from + row < order.Length; row++)
                    {
                        batch.StateOf(row).CopyTo(states[from + row]);
                    }
                }
            }

            ReportWriter.Say($"{set.Name}: epoch {epoch + 1} of {set.Epochs}, loss {loss / batches:0.0000}, {Learned / Math.Max(1e-9, LearningTime.TotalSeconds):N0} steps/s");
        }
    }

    private void Fill(LstmBatch batch, TraceSeries[] order, ArrivalHistory[] histories, float[][] states, int from, int firstMinute)
    {
        for (var row = 0; row < Rows; row++)
        {
            if (from + row >= order.Length)
            {
                // Fewer functions than rows: nothing is known of what came, so nothing is learned.
                for (var step = 0; step < Steps; step++)
                {
                    batch.CallsAt(step, row).Fill(float.NaN);
                }

                continue;
            }

            var series = order[from + row];
            batch.Functions[row] = random.NextDouble() < Nameless ? 0 : trainer.Shape.RowOf(series.Id);
            states[from + row].CopyTo(batch.StateOf(row));

            for (var step = 0; step < Steps; step++)
            {
                var minute = firstMinute + step;
                CellSplit.Split(series, minute, _cells);
                histories[from + row].Append(_cells);
                ForecastFeatures.Write(histories[from + row], batch.FeaturesAt(step, row));
                Targets(series, minute + 1, batch.CallsAt(step, row));
            }
        }
    }

    /// <summary>Nothing after the learned part is looked at.</summary>
    private void Targets(TraceSeries series, int next, Span<float> calls)
    {
        calls[1] = series.CallsOf(next, 1, set.LearnEnd);
        calls[2] = series.CallsOf(next, 5, set.LearnEnd);
        calls[3] = series.CallsOf(next, 15, set.LearnEnd);
        calls[0] = float.NaN;

        if (next < set.LearnEnd)
        {
            CellSplit.Split(series, next, _cells);
            calls[0] = _cells[0];
        }
    }
}
