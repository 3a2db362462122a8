using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Forecasting.Lstm;

namespace LoraFaaS.Policies.Tests.Forecasting;

public sealed class LstmTests
{
    private static readonly LstmShape Small = new() { Features = 5, Embedding = 3, Functions = 7, Hidden = 16 };

    [Fact]
    public void Every_kind_of_parameter_has_the_gradient_that_finite_differences_find()
    {
        var trainer = new LstmTrainer(Small, seed: 3);
        var random = new Random(4);
        Shake(trainer.Parameters.Values, random);
        var batch = Batch(Small, rows: 6, steps: 5, random);
        var start = batch.State.ToArray();
        var loss = Loss();
        var slopes = trainer.Gradient.Values.ToArray();

        Assert.True(loss > 0);
        double squares = 0, errors = 0;

        for (var i = 0; i < slopes.Length; i += 1 + random.Next(3))
        {
            const float Step = 2e-3f;
            var value = trainer.Parameters.Values[i];
            trainer.Parameters.Values[i] = value + Step;
            var up = Loss();
            trainer.Parameters.Values[i] = value - Step;
            var down = Loss();
            trainer.Parameters.Values[i] = value;
            var expected = (up - down) / (2 * Step);

            squares += expected * expected;
            errors += (expected - slopes[i]) * (expected - slopes[i]);
            Assert.True(Math.Abs(expected - slopes[i]) < 3e-3 + 0.05 * Math.Abs(expected), $"parameter {i}: {slopes[i]} for {expected}");
        }

        Assert.True(errors < 1e-4 * squares, $"{errors} of {squares}");

        double Loss()
        {
            start.CopyTo(batch.State, 0);
            return trainer.Differentiate(batch);
        }
    }

    [Fact]
    public void Products_are_those_of_the_plain_form()
    {
        var random = new Random(5);

        foreach (var (m, n, k) in new[] { (1, 1, 1), (4, 32, 128), (5, 33, 129), (7, 28, 300), (64, 256, 128), (3, 100, 2) })
        {
            var a = Numbers(m * k, random);
            var b = Numbers(k * n, random);
            var start = Numbers(m * n, random);
            float[] plain = [.. start], packed = [.. start], transposed = [.. start];
            MatrixProduct.MultiplyAddPlain(a, b, plain, m, n, k);
            MatrixProduct.MultiplyAdd(a, b, packed, m, n, k);
            MatrixProduct.TransposedMultiplyAdd(Transposed(a, m, k), b, transposed, m, n, k);

            for (var i = 0; i < plain.Length; i++)
            {
                Assert.Equal(plain[i], packed[i], 1e-3f);
                Assert.Equal(plain[i], transposed[i], 1e-3f);
            }
        }
    }

    [Fact]
    public void The_same_seed_and_lessons_give_the_same_network()
    {
        Assert.Equal(Taught(1).Checkpoint(), Taught(1).Checkpoint());
        Assert.NotEqual(Taught(1).Checkpoint(), Taught(2).Checkpoint());
    }

    [Fact]
    public void It_learns_a_pattern_that_needs_memory()
    {
        // A call every third minute and no feature but whether the last minute had one.
        var shape = Small with { Features = 1 };
        var trainer = new LstmTrainer(shape, seed: 1);
        var batch = new LstmBatch(shape, 8, 12);
        var losses = new List<double>();

        for (var update = 0; update < 400; update++)
        {
            Array.Clear(batch.State);

            for (var row = 0; row < batch.Rows; row++)
            {
                for (var step = 0; step < batch.Steps; step++)
                {
                    batch.FeaturesAt(step, row)[0] = (step + row) % 3 == 0 ? 1 : 0;
                    batch.CallsAt(step, row).Fill(step < 3 ? float.NaN : (step + 1 + row) % 3 == 0 ? 1 : 0);
                }
            }

            losses.Add(trainer.Train(batch, 0.01f));
        }

        Assert.True(losses[^1] < 0.05 * losses[0], $"{losses[0]} became {losses[^1]}");
    }

    [Fact]
    public void A_checkpoint_goes_on_where_it_was_written()
    {
        var random = new Random(6);
        var trainer = Taught(1);
        Assert.True(LstmTrainer.TryRestore(trainer.Checkpoint(), Small, out var restored, out _));
        Assert.Equal(trainer.Updates, restored.Updates);

        var batch = Batch(Small, 4, 3, random);
        var copy = batch.State.ToArray();
        trainer.Train(batch, 0.01f);
        copy.CopyTo(batch.State, 0);
        restored.Train(batch, 0.01f);

        Assert.Equal(trainer.Checkpoint(), restored.Checkpoint());
    }

    [Fact]
    public void A_damaged_cut_or_foreign_checkpoint_is_refused_with_its_reason()
    {
        var bytes = Taught(1).Checkpoint();

        Assert.False(LstmTrainer.TryRestore(bytes, Small with { Hidden = 32 }, out _, out var problem));
        Assert.Contains("shape", problem, StringComparison.Ordinal);

        foreach (var at in new[] { 40, 200, bytes.Length - 1 })
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 1;
            Assert.False(LstmTrainer.TryRestore(damaged, Small, out _, out problem));
            Assert.Contains("damaged", problem, StringComparison.Ordinal);
        }

        foreach (var length in new[] { 0, 3, 50, bytes.Length - 1 })
        {
            Assert.False(LstmTrainer.TryRestore(bytes.AsSpan(0, length), Small, out _, out _));
        }

        bytes[4] = 9;
        Assert.False(LstmTrainer.TryRestore(bytes, Small, out _, out problem));
        Assert.Contains("format", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forecast_does_not_depend_on_who_shares_its_batch()
    {
        var network = LstmNetwork.New(LstmShape.Default, 1);
        var shape = network.Shape;
        var random = new Random(2);
        var features = Numbers(100 * shape.Features, random);
        int[] functions = [.. Enumerable.Range(0, 100).Select(_ => random.Next(shape.Functions))];
        var states = Numbers(100 * shape.State, random);
        var alone = states.AsSpan(70 * shape.State, shape.State).ToArray();
        var all = new CallForecast[100];
        var one = new CallForecast[1];

        new LstmPredictor(network).Step(functions, features, states, all);
        new LstmPredictor(network).Step([functions[70]], features.AsSpan(70 * shape.Features, shape.Features), alone, one);

        Assert.Equal(all[70], one[0]);
        Assert.Equal(states.AsSpan(70 * shape.State, shape.State).ToArray(), alone);
    }

    private static LstmTrainer Taught(int seed)
    {
        var trainer = new LstmTrainer(Small, seed);
        var batch = Batch(Small, 4, 3, new Random(9));

        for (var i = 0; i < 5; i++)
        {
            trainer.Train(batch, 0.01f);
        }

        return trainer;
    }

    private static LstmBatch Batch(LstmShape shape, int rows, int steps, Random random)
    {
        var batch = new LstmBatch(shape, rows, steps);
        Numbers(batch.Features.Length, random).CopyTo(batch.Features, 0);
        Numbers(batch.State.Length, random).CopyTo(batch.State, 0);

        for (var i = 0; i < batch.Calls.Length; i++)
        {
            batch.Calls[i] = random.Next(5) switch { 0 => float.NaN, 1 or 2 => 0, _ => random.Next(40) };
        }

        for (var i = 0; i < rows; i++)
        {
            batch.Functions[i] = i % shape.Functions;
        }

        return batch;
    }

    /// <summary>Away from the start, where heads are silent and their gradients nought.</summary>
    private static void Shake(float[] values, Random random)
    {
        foreach (ref var value in values.AsSpan())
        {
            value += (float)(random.NextDouble() - 0.5) * 0.4f;
        }
    }

    private static float[] Numbers(int count, Random random) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1))];

    private static float[] Transposed(float[] a, int rows, int columns) =>
        [.. Enumerable.Range(0, rows * columns).Select(i => a[i % rows * columns + i / rows])];
}
