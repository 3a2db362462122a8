using LoraFaaS.Policies.Fairness;

namespace LoraFaaS.Policies.Tests.Fairness;

public sealed class ServedCostTests
{
    [Fact]
    public void Weight_divides_what_is_charged()
    {
        var served = new ServedCost<string>(floor: 1_000);
        served.Enter("low");
        served.Enter("high");

        served.Charge("low", 10, 1);
        served.Charge("high", 10, 4);

        Assert.Equal(10, served.Of("low"));
        Assert.Equal(2.5, served.Of("high"));
    }

    [Fact]
    public void Idling_saves_up_nothing()
    {
        var served = new ServedCost<string>(floor: 1_000);
        served.Enter("busy");
        served.Charge("busy", 500, 1);

        served.Enter("late");

        Assert.Equal(500, served.Of("late"));
    }

    [Fact]
    public void A_load_shuts_nobody_out_for_longer_than_the_floor()
    {
        var served = new ServedCost<string>(floor: 100);
        served.Enter("warm");
        served.Enter("cold");

        served.Charge("cold", 1_000_000, 1);

        Assert.Equal(100, served.Of("cold"));
    }

    [Fact]
    public void Who_has_left_holds_nobody_back()
    {
        var served = new ServedCost<string>(floor: 100);
        served.Enter("gone");
        served.Leave("gone");
        served.Enter("there");
        served.Charge("there", 5_000, 1);

        Assert.Equal(5_000, served.Of("there"));
    }

    [Theory]
    [InlineData(1, 0, 0, 0, 1)]
    [InlineData(0, 0, 1, 0, 2)]
    [InlineData(10, 10, 0, 0, 0)]
    [InlineData(10, 0, 0, 500, 15)]
    public void Tokens_cost_what_they_make_the_device_do(int prompt, int cached, int completion, long adapterBytes, double expected) =>
        Assert.Equal(expected, TokenCost.Of(prompt, cached, completion, adapterBytes, backboneBytes: 1_000));
}
