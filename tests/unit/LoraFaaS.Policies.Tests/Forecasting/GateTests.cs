using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Forecasting.Gate;
using LoraFaaS.Policies.Forecasting.Lstm;

namespace LoraFaaS.Policies.Tests.Forecasting;

public sealed class GateTests
{
    [Fact]
    public void Whoever_is_right_is_soon_believed()
    {
        var random = new Random(1);
        var scores = new GateScores();
        var candidates = new CallForecast[ForecastPanel.Predictors];

        for (var i = 0; i < 60; i++)
        {
            var active = random.Next(3) == 0;

            for (var predictor = 0; predictor < candidates.Length; predictor++)
            {
                candidates[predictor] = Saying(predictor == (int)PredictorKind.IdleHistogram ? active ? 0.9f : 0.1f : 0.33f);
            }

            Score(scores, candidates, active ? 1 : 0);
        }

        var chosen = Choose(scores, new GateTrust(), candidates, out var trusted);

        Assert.Equal(PredictorKind.IdleHistogram, trusted);
        Assert.Equal(candidates[(int)PredictorKind.IdleHistogram].OneMinute.AtLeastOne, chosen.OneMinute.AtLeastOne, 1);
    }

    [Fact]
    public void Its_loss_stays_near_the_best_predictors_in_any_sequence()
    {
        // A Bayesian mixture loses at most ln(n) of log loss against its best member, and what fading costs.
        foreach (var seed in Enumerable.Range(0, 20))
        {
            var random = new Random(seed);
            var scores = new GateScores();
            var candidates = new CallForecast[ForecastPanel.Predictors];
            var losses = new double[ForecastPanel.Predictors];
            var gates = 0.0;
            var skills = losses.Select(_ => random.NextDouble()).ToArray();

            for (var i = 0; i < 200; i++)
            {
                var calls = random.Next(2);

                for (var predictor = 0; predictor < candidates.Length; predictor++)
                {
                    var right = random.NextDouble() < skills[predictor];
                    candidates[predictor] = Saying((float)(right ? 0.5 + (calls - 0.5) * random.NextDouble() : random.NextDouble()));
                    losses[predictor] += ForecastScores.Log(candidates[predictor].OneMinute, calls);
                }

                gates += ForecastScores.Log(Choose(scores, new GateTrust(), candidates, out _).OneMinute, calls);
                Score(scores, candidates, calls);
            }

            Assert.True(gates < losses.Min() + 4, $"{gates} against {losses.Min()}");
        }
    }

    [Fact]
    public void A_change_of_habits_is_followed_within_minutes_however_long_the_lead()
    {
        var random = new Random(3);
        var scores = new GateScores();
        Assert.Equal(PredictorKind.IdleHistogram, Play(1_000, right: PredictorKind.IdleHistogram, wrong: null));
        Assert.Equal(PredictorKind.Lstm, Play(15, right: PredictorKind.Lstm, wrong: PredictorKind.IdleHistogram));

        PredictorKind Play(int minutes, PredictorKind right, PredictorKind? wrong)
        {
            var candidates = new CallForecast[ForecastPanel.Predictors];

            for (var minute = 0; minute < minutes; minute++)
            {
                var active = random.Next(2) == 0;

                for (var predictor = 0; predictor < candidates.Length; predictor++)
                {
                    var knows = predictor == (int)right ? active : predictor == (int?)wrong ? !active : (bool?)null;
                    candidates[predictor] = Saying(knows switch { true => 0.9f, false => 0.1f, null => 0.5f });
                }

                Score(scores, candidates, active ? 1 : 0);
            }

            Choose(scores, new GateTrust(), candidates, out var trusted);
            return trusted;
        }
    }

    [Fact]
    public void Each_function_believes_who_is_right_of_it_and_each_horizon_too()
    {
        var (timer, crowd) = (new GateScores(), new GateScores());
        var group = new GateTrust();
        var candidates = Enumerable.Range(0, ForecastPanel.Predictors).Select(_ => Saying(0.5f)).ToArray();
        candidates[(int)PredictorKind.IdleHistogram] = Saying(0.9f);
        candidates[(int)PredictorKind.PoissonRate] = Saying(0.1f);

        for (var i = 0; i < 30; i++)
        {
            foreach (var horizon in ForecastHorizons.All)
            {
                HorizonForecast[] said = [.. candidates.Select(forecast => forecast[horizon])];
                timer.Add(horizon, said, horizon == ForecastHorizon.TenSeconds ? 0 : 1, group);
                crowd.Add(horizon, said, 0, group);
            }
        }

        var (ofTimer, ofCrowd) = (Choose(timer, group, candidates, out var byTimer), Choose(crowd, group, candidates, out var byCrowd));
        Assert.Equal((PredictorKind.IdleHistogram, PredictorKind.PoissonRate), (byTimer, byCrowd));
        Assert.InRange(ofTimer.OneMinute.AtLeastOne, 0.85, 0.9);
        Assert.InRange(ofTimer.TenSeconds.AtLeastOne, 0.1, 0.15);
        Assert.InRange(ofCrowd.OneMinute.AtLeastOne, 0.1, 0.15);
    }

    [Fact]
    public void A_new_function_begins_with_its_neighbours_trust()
    {
        var neighbours = new GateScores();
        var candidates = new CallForecast[ForecastPanel.Predictors];

        for (var i = 0; i < 50; i++)
        {
            for (var predictor = 0; predictor < candidates.Length; predictor++)
            {
                candidates[predictor] = Saying(predictor == (int)PredictorKind.Lstm ? 0.05f : 0.9f);
            }

            Score(neighbours, candidates, 0);
        }

        Choose(new GateScores(), neighbours.Trust, candidates, out var trusted);
        Assert.Equal(PredictorKind.Lstm, trusted);

        // Its own scores soon count for more.
        var own = new GateScores();

        for (var i = 0; i < 40; i++)
        {
            Score(own, candidates, 1);
        }

        Choose(own, neighbours.Trust, candidates, out trusted);
        Assert.NotEqual(PredictorKind.Lstm, trusted);
    }

    [Fact]
    public void The_panel_judges_each_forecast_when_its_time_is_over()
    {
        var shape = LstmShape.Default;
        var panel = new ForecastPanel(LstmNetwork.New(shape, 1));
        var track = new FunctionTrack(0, new ArrivalHistory(new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero)), new GateScores(), shape);
        var candidates = new CallForecast[ForecastPanel.Predictors];
        var chosen = new CallForecast[1];
        var trusted = new PredictorKind[1];

        for (var minute = 1; minute <= 31; minute++)
        {
            track.History.Append([0, 1, 0, 0, 0, 0]);
            panel.Step([track], candidates, chosen, trusted);

            var expected = minute - 1;
            Assert.Equal(Faded(expected, 120), track.Scores.Count(ForecastHorizon.OneMinute), 6);
            Assert.Equal(Faded(Math.Max(0, minute - 5), 240), track.Scores.Count(ForecastHorizon.FiveMinutes), 6);
        }

        // Made at 5, 10 and 15 minutes, due by 31.
        Assert.Equal(Faded(3, 96), track.Scores.Count(ForecastHorizon.FifteenMinutes), 6);
        Assert.True(chosen[0].OneMinute.AtLeastOne <= chosen[0].FiveMinutes.AtLeastOne);
        Assert.Equal(0, track.Scores.Mean(ForecastHorizon.OneMinute, PredictorKind.LastValue, GateLoss.Log), 6);
    }

    private static CallForecast Choose(GateScores scores, GateTrust group, CallForecast[] candidates, out PredictorKind trusted) =>
        ForecastGate.Choose(scores, group, new GateBlend(), candidates, new float[ForecastHorizons.Count], out trusted);

    private static double Faded(int count, double halfLife) => Enumerable.Range(0, count).Sum(i => Math.Pow(0.5, i / halfLife));

    private static void Score(GateScores scores, CallForecast[] candidates, int calls)
    {
        foreach (var horizon in ForecastHorizons.All)
        {
            scores.Add(horizon, [.. candidates.Select(said => said[horizon])], calls, new GateTrust());
        }
    }

    private static CallForecast Saying(float p)
    {
        var said = new HorizonForecast(p, p, CountQuantiles.Zero);
        return new CallForecast(said, said, said, said);
    }
}
