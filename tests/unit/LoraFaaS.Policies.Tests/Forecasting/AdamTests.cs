using LoraFaaS.Policies.Forecasting.Lstm;

namespace LoraFaaS.Policies.Tests.Forecasting;

public sealed class AdamTests
{
    private const float Rate = 1e-2f;

    [Fact]
    public void An_update_is_the_published_one_for_every_parameter()
    {
        var random = new Random(1);
        var values = Numbers(random, 37);
        double[] plain = [.. values.Select(value => (double)value)], first = new double[37], second = new double[37];
        var adam = new AdamState(37);

        for (var update = 1; update <= 20; update++)
        {
            // Short enough not to be cut.
            var gradient = Numbers(random, 37, 0.05f);
            adam.Update(values, gradient, Rate, mostNorm: 1);

            for (var i = 0; i < plain.Length; i++)
            {
                first[i] = (0.9 * first[i]) + (0.1 * gradient[i]);
                second[i] = (0.999 * second[i]) + (0.001 * gradient[i] * gradient[i]);
                plain[i] -= Rate * (first[i] / (1 - Math.Pow(0.9, update))) / Math.Sqrt(second[i] / (1 - Math.Pow(0.999, update)));
                Assert.Equal(plain[i], values[i], 1e-4);
            }
        }

        Assert.Equal(20, adam.Updates);
    }

    [Fact]
    public void A_gradient_that_is_too_long_counts_as_one_of_the_longest_length()
    {
        var random = new Random(2);
        float[] cut = Numbers(random, 21), given = [.. cut];
        AdamState one = new(21), other = new(21);

        for (var update = 0; update < 5; update++)
        {
            var gradient = Numbers(random, 21, 40);
            var norm = MathF.Sqrt(gradient.Sum(slope => slope * slope));
            one.Update(cut, gradient, Rate, mostNorm: 1);
            other.Update(given, [.. gradient.Select(slope => slope / norm)], Rate, mostNorm: 10);
        }

        Assert.All(cut.Zip(given), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    [Fact]
    public void A_gradient_that_is_no_number_changes_nothing()
    {
        var values = Numbers(new Random(3), 9);
        float[] before = [.. values];
        var adam = new AdamState(9);

        adam.Update(values, [1, float.NaN, 0, 0, 0, 0, 0, 0, 0], Rate, mostNorm: 1);

        Assert.Equal(before, values);
        Assert.Equal(0, adam.Updates);
    }

    private static float[] Numbers(Random random, int count, float most = 1) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2) - 1) * most)];
}
