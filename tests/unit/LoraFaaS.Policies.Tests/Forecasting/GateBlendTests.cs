using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Forecasting.Gate;

namespace LoraFaaS.Policies.Tests.Forecasting;

public sealed class GateBlendTests
{
    private const ForecastHorizon Horizon = ForecastHorizon.OneMinute;

    [Fact]
    public void Without_evidence_it_says_what_the_mixture_says()
    {
        var blend = new GateBlend();

        Assert.All([0f, 1e-9f, 0.2f, 0.9999999f, 1f], mixed => Assert.Equal(mixed, (float)blend.Of(Horizon, mixed, Saying(0.5f))));
    }

    [Fact]
    public void Where_all_predictors_say_too_much_it_says_less()
    {
        var blend = new GateBlend();
        var random = new Random(1);

        for (var minute = 0; minute < 300; minute++)
        {
            for (var function = 0; function < 20; function++)
            {
                blend.Hear(Horizon, 0.3, Saying(0.3f), random.NextDouble() < 0.05 ? 1 : 0);
            }

            blend.Settle();
        }

        Assert.InRange(blend.Of(Horizon, 0.3, Saying(0.3f)), 0.02, 0.15);
        Assert.Equal(0.3, blend.Of(ForecastHorizon.FiveMinutes, 0.3, Saying(0.3f)), 6);
    }

    [Fact]
    public void A_predictor_that_knows_more_than_its_weight_says_is_followed_further()
    {
        var blend = new GateBlend();
        var random = new Random(2);

        for (var minute = 0; minute < 300; minute++)
        {
            var active = random.Next(2) == 0;
            blend.Hear(Horizon, 0.5, Saying(0.5f, knowing: active ? 0.9f : 0.1f), active ? 1 : 0);
            blend.Settle();
        }

        Assert.True(blend.Of(Horizon, 0.5, Saying(0.5f, knowing: 0.9f)) > 0.75);
        Assert.True(blend.Of(Horizon, 0.5, Saying(0.5f, knowing: 0.1f)) < 0.25);
    }

    [Fact]
    public void Where_the_mixture_is_right_chance_moves_it_little()
    {
        foreach (var seed in Enumerable.Range(0, 10))
        {
            var blend = new GateBlend();
            var random = new Random(seed);
            double loss = 0, mixtures = 0;

            for (var minute = 0; minute < 2_000; minute++)
            {
                var mixed = 0.1 + (0.8 * random.NextDouble());
                var calls = random.NextDouble() < mixed ? 1 : 0;
                var said = Saying((float)mixed, knowing: (float)Math.Clamp(mixed + ((random.NextDouble() - 0.5) * 0.4), 0.01, 0.99));
                loss += Brier(blend.Of(Horizon, mixed, said), calls);
                mixtures += Brier(mixed, calls);
                blend.Hear(Horizon, mixed, said, calls);
                blend.Settle();
            }

            Assert.True(loss < mixtures * 1.02, $"{loss} against {mixtures}");
        }
    }

    private static double Brier(double p, int calls) => (p - calls) * (p - calls);

    private static HorizonForecast[] Saying(float p, float? knowing = null) =>
    [
        .. Enumerable.Range(0, ForecastPanel.Predictors).Select(predictor =>
            predictor == (int)PredictorKind.Lstm && knowing is { } known ? new HorizonForecast(known, known, CountQuantiles.Zero) : new HorizonForecast(p, p, CountQuantiles.Zero)),
    ];
}
