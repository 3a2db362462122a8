using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Forecasting.Gate;

namespace LoraFaaS.Bench.Forecasting;

/// <summary>Running sums of one predictor on one function and horizon.</summary>
internal struct ScoreSums
{
    public const int Bins = 10;

    public long Count;
    public long Active;
    public double Brier;
    public double LogPinball;
    public double CallPinball;
    public Confusion AtHalf;
    public Confusion AtBaseRate;

    public void Add(HorizonForecast said, double probability, double calls, double baseRate, bool quantiles)
    {
        var active = calls > 0;
        var error = probability - (active ? 1 : 0);
        Count++;
        Active += active ? 1 : 0;
        Brier += error * error;
        AtHalf.Add(probability >= 0.5, active);
        AtBaseRate.Add(probability >= baseRate, active);

        if (quantiles)
        {
            LogPinball += ForecastScores.LogPinball(said, calls);
            CallPinball += ForecastScores.CallPinball(said, calls);
        }
    }
}
