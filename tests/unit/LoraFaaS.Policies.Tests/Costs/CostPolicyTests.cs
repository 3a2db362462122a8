using LoraFaaS.Policies.Costs;

namespace LoraFaaS.Policies.Tests.Costs;

public sealed class CostPolicyTests
{
    private static readonly UnitPrices Prices = new(Invocation: 1, ComputeSecond: 10, DeviceGbSecond: 100, HostGbSecond: 1_000);

    [Fact]
    public void A_cost_is_the_sum_of_what_was_used() =>
        Assert.Equal(2 + 30 + 400 + 5_000 + 600, CostPolicy.Cost(new FunctionUse(2, 3, 4e9, 5e9, 6e9, 60e9), Prices));

    [Fact]
    public void Without_sharing_the_backbone_is_paid_whole() =>
        Assert.Equal(2 + 30 + 400 + 5_000 + 6_000, CostPolicy.WithoutSharing(new FunctionUse(2, 3, 4e9, 5e9, 6e9, 60e9), Prices));

    [Fact]
    public void Nothing_costs_nothing() => Assert.Equal(0, CostPolicy.Cost(new FunctionUse(0, 0, 0, 0, 0, 0), Prices));
}
