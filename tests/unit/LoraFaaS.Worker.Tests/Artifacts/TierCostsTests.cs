using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Offloading;

namespace LoraFaaS.Worker.Tests.Artifacts;

public sealed class TierCostsTests
{
    [Fact]
    public void What_was_never_measured_is_expected_and_not_reported()
    {
        var costs = new TierCosts();

        Assert.Null(costs.MeasuredMs(ClimbStep.DiskToHost));
        Assert.True(costs.Expect(ClimbStep.DiskToHost, ByteSize.FromMebibytes(10)) > TimeSpan.Zero);
    }

    [Fact]
    public void The_first_measurement_replaces_the_guess_and_later_ones_weigh_in()
    {
        var costs = new TierCosts();
        costs.Observe(ClimbStep.DiskToHost, ByteSize.FromMebibytes(10), TimeSpan.FromMilliseconds(100));
        Assert.Equal(10, costs.MeasuredMs(ClimbStep.DiskToHost)!.Value, 6);

        costs.Observe(ClimbStep.DiskToHost, ByteSize.FromMebibytes(10), TimeSpan.FromMilliseconds(200));
        Assert.Equal(12, costs.MeasuredMs(ClimbStep.DiskToHost)!.Value, 6);
        Assert.Equal(240, costs.Expect(ClimbStep.DiskToHost, ByteSize.FromMebibytes(20)).TotalMilliseconds, 6);

        // Passed over, it is believed less, until it is tried and measured again.
        costs.Doubt(ClimbStep.DiskToHost);
        Assert.InRange(costs.Expect(ClimbStep.DiskToHost, ByteSize.FromMebibytes(20)).TotalMilliseconds, 200, 239);

        // A sandbox's start has no size.
        costs.Observe(ClimbStep.SandboxStart, ByteSize.FromMebibytes(512), TimeSpan.FromMilliseconds(30));
        Assert.Equal(30, costs.MeasuredMs(ClimbStep.SandboxStart)!.Value, 6);
    }
}
