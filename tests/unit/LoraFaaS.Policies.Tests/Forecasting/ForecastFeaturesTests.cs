using LoraFaaS.Policies.Forecasting;
using LoraFaaS.Policies.Forecasting.Lstm;

namespace LoraFaaS.Policies.Tests.Forecasting;

public sealed class ForecastFeaturesTests
{
    private static readonly DateTimeOffset Monday = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_network_is_the_size_of_the_papers() =>
        Assert.Equal((64, 4 * 64, true), (LstmShape.Default.Hidden, LstmShape.Default.State, LstmShape.Default.Embedding > 0));

    [Fact]
    public void Counts_enter_by_their_logarithm()
    {
        float[] Of(int calls)
        {
            var history = new ArrivalHistory(Monday);

            for (var minute = 0; minute < 300; minute++)
            {
                history.Append([calls, 0, 0, 0, 0, 0]);
            }

            return Write(history);
        }

        float[] ten = Of(10), thousand = Of(1_000), million = Of(1_000_000);

        // A hundred times the calls moves every count by the same step, and none out of the order of one.
        Assert.All(million, feature => Assert.InRange(feature, -10, 10));
        Assert.Contains(Enumerable.Range(0, ForecastFeatures.Count), index =>
            thousand[index] - ten[index] > 0.5 && Math.Abs((million[index] - thousand[index]) - (1.5 * (thousand[index] - ten[index]))) < 0.1);
    }

    [Fact]
    public void The_clock_and_the_day_enter_as_points_on_circles()
    {
        float[] At(DateTimeOffset start)
        {
            var history = new ArrivalHistory(start);
            history.Append([0, 0, 0, 0, 0, 0]);
            return Write(history);
        }

        var monday = At(Monday);

        Assert.Equal(monday, At(Monday.AddDays(7)));
        Assert.NotEqual(monday, At(Monday.AddDays(1)));
        Assert.NotEqual(monday, At(Monday.AddHours(6)));
        Assert.NotEqual(monday, At(Monday.AddMinutes(2)));
    }

    private static float[] Write(ArrivalHistory history)
    {
        var features = new float[ForecastFeatures.Count];
        ForecastFeatures.Write(history, features);
        return features;
    }
}
