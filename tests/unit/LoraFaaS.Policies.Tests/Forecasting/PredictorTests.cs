using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Forecasting.Predictors;

namespace LoraFaaS.Policies.Tests.Forecasting;

public sealed class PredictorTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<IPredictor> All => new()
    {
        new LastValuePredictor(), new PoissonRatePredictor(), new WeightedRatePredictor(), new IdleHistogramPredictor(), new PriorPredictor(RatePrior.Unknown),
    };

    [Theory]
    [MemberData(nameof(All))]
    public void A_forecast_is_a_distribution_whatever_the_history(IPredictor predictor)
    {
        var random = new Random(7);

        for (var round = 0; round < 60; round++)
        {
            var history = new ArrivalHistory(Start);
            var busy = random.NextDouble();
            var size = random.Next(1, 2000);

            for (var cell = random.Next(4000); cell > 0; cell--)
            {
                history.Append(random.NextDouble() < busy * busy ? random.Next(size) : 0);
            }

            var said = predictor.Forecast(history);
            Assert.Equal(said, predictor.Forecast(history));

            foreach (var horizon in ForecastHorizons.All)
            {
                Check(said[horizon]);
            }
        }
    }

    [Fact]
    public void Poisson_says_what_its_formula_says()
    {
        // 59.5 calls and half a pseudo-call in an hour: one a minute.
        var history = Regular(minutes: 60, every: 1);
        var said = new PoissonRatePredictor().Forecast(history);

        Assert.Equal(1 - Math.Exp(-60.5 / 60), said.OneMinute.AtLeastOne, 4);
        Assert.Equal(1 - Math.Exp(-60.5 / 12), said.FiveMinutes.AtLeastOne, 4);
        Assert.Equal(new CountQuantiles(0, 0, 1, 2, 2, 4), said.OneMinute.Quantiles);
    }

    [Fact]
    public void Windows_of_the_hybrid_histogram_are_the_published_ones()
    {
        // Timer of 30 minutes: every idle time is 29 minutes. Head 29 rounded down and 10 % off, tail 30 and 10 % on.
        var timer = HybridHistogram.Decide(Regular(minutes: 24 * 60, every: 30).Idle);

        Assert.Equal(IdleWindowSource.Histogram, timer.Source);
        Assert.Equal(26.1, timer.PreWarm.TotalMinutes, 6);
        Assert.Equal(33 - 26.1, timer.KeepAlive.TotalMinutes, 6);

        // Spread evenly over the bins: a coefficient of variation under 2 says nothing, so keep for four hours.
        var even = new IdleTimes();

        for (var i = 0; i < 480; i++)
        {
            even.Add(i % 240);
        }

        Assert.Equal(0, even.BinVariation, 6);
        Assert.Equal(new IdleWindows(IdleWindowSource.Standard, TimeSpan.Zero, TimeSpan.FromHours(4)), HybridHistogram.Decide(even));
        Assert.Equal(HybridHistogram.Standard, HybridHistogram.Decide(new IdleTimes()));

        // Calls follow at once: do not unload.
        Assert.Equal(TimeSpan.Zero, HybridHistogram.Decide(Regular(minutes: 300, every: 1).Idle).PreWarm);

        // Longer than the histogram: 15 % around the expected time.
        var long_ = new IdleTimes();

        for (var i = 0; i < 12; i++)
        {
            long_.Add(1000);
        }

        Assert.Equal(new IdleWindows(IdleWindowSource.Forecast, TimeSpan.FromMinutes(850), TimeSpan.FromMinutes(300)), HybridHistogram.Decide(long_));
    }

    [Theory]
    [InlineData(4, 2, 27, 221.1)]
    [InlineData(5, 2, 1.8, 221.1)]
    [InlineData(4, 1, 27, 34.1)]
    public void The_window_reaches_from_the_fifth_to_the_ninety_ninth_percentile(int shortOnes, int longOnes, double from, double to)
    {
        // Of a hundred rests a few are of two minutes and of two hundred, the others of thirty.
        var idle = new IdleTimes();

        for (var i = 0; i < 100; i++)
        {
            idle.Add(i < shortOnes ? 2 : i < 100 - longOnes ? 30 : 200);
        }

        var windows = HybridHistogram.Decide(idle);

        Assert.Equal(IdleWindowSource.Histogram, windows.Source);
        Assert.Equal(from, windows.PreWarm.TotalMinutes, 6);
        Assert.Equal(to, (windows.PreWarm + windows.KeepAlive).TotalMinutes, 6);
    }

    [Fact]
    public void Percentiles_are_the_bins_at_which_the_share_is_reached()
    {
        var idle = new IdleTimes();

        for (var i = 1; i <= 100; i++)
        {
            idle.Add(i);
        }

        Assert.Equal(5, idle.Percentile(0.05));
        Assert.Equal(99, idle.Percentile(0.99));
    }

    [Fact]
    public void A_timers_next_call_is_seen_in_its_minute_and_not_before()
    {
        var predictor = new IdleHistogramPredictor();
        var timer = Regular(minutes: 24 * 60, every: 20);

        for (var idle = 1; idle < 20; idle++)
        {
            timer.Append([0, 0, 0, 0, 0, 0]);
            var minute = predictor.Forecast(timer).OneMinute.AtLeastOne;
            Assert.True(idle == 19 ? minute > 0.9 : minute < 0.05, $"{minute} after {idle} minutes");
        }
    }

    [Fact]
    public void A_new_function_is_expected_at_its_namespaces_rate()
    {
        var busy = RatePrior.Of(calls: 60_000, functionMinutes: 100_000, RatePrior.Unknown);
        var quiet = RatePrior.Of(calls: 10, functionMinutes: 100_000, RatePrior.Unknown);
        var fresh = new ArrivalHistory(Start);

        Assert.True(new PriorPredictor(busy).Forecast(fresh).FifteenMinutes.AtLeastOne > 5 * new PriorPredictor(quiet).Forecast(fresh).FifteenMinutes.AtLeastOne);

        // What it does itself soon counts for more.
        var silent = Regular(minutes: 240, every: 1000);
        Assert.True(new PriorPredictor(busy).Forecast(silent).FifteenMinutes.AtLeastOne < 0.3);
    }

    [Fact]
    public void A_probability_between_horizons_lies_between_theirs()
    {
        var said = new WeightedRatePredictor().Forecast(Regular(minutes: 200, every: 7));
        var last = 0.0;

        for (var seconds = 1; seconds < 3000; seconds += 7)
        {
            var p = said.AtLeastOneWithin(TimeSpan.FromSeconds(seconds));
            Assert.InRange(p, last, 1);
            last = p;
        }

        Assert.Equal(said.FiveMinutes.AtLeastOne, said.AtLeastOneWithin(TimeSpan.FromMinutes(5)), 4);
        Assert.Equal(0, said.AtLeastOneWithin(TimeSpan.Zero));
    }

    internal static ArrivalHistory Regular(int minutes, int every)
    {
        var history = new ArrivalHistory(Start);

        for (var minute = 1; minute <= minutes; minute++)
        {
            history.Append([minute % every == 0 ? 1 : 0, 0, 0, 0, 0, 0]);
        }

        return history;
    }

    private static void Check(HorizonForecast said)
    {
        Assert.InRange(said.AtLeastOne, 0, 1);
        Assert.True(float.IsFinite(said.Mean) && said.Mean >= 0, $"{said}");

        for (var i = 0; i < CountQuantiles.Count; i++)
        {
            Assert.True(float.IsFinite(said.Quantiles[i]) && said.Quantiles[i] >= (i == 0 ? 0 : said.Quantiles[i - 1]), $"{said}");
        }
    }
}
