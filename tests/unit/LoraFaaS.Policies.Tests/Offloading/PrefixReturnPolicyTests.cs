using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Offloading;

namespace LoraFaaS.Policies.Tests.Offloading;

public sealed class PrefixReturnPolicyTests
{
    private const long Mebibyte = 1 << 20;

    [Theory]
    [InlineData(StorageTier.Device, 0)]
    [InlineData(StorageTier.Host, 8)]
    [InlineData(StorageTier.Disk, 48)]
    [InlineData(StorageTier.Remote, 900)]
    public void The_next_use_waits_for_the_way_from_the_nearest_copy(StorageTier copy, double expectedMs) =>
        Assert.Equal(expectedMs, PrefixReturnPolicy.Wait(copy, Costs(40, 8, 900)).TotalMilliseconds, 6);

    [Fact]
    public void No_way_back_is_worth_more_than_computing_again()
    {
        var quick = Costs(40, 8, 5);

        Assert.All(Enum.GetValues<StorageTier>(), tier => Assert.True(PrefixReturnPolicy.Wait(tier, quick) <= quick.Compute));
    }

    [Theory]
    [InlineData(40, 8, 96, PrefixDiskDecision.Write)]
    [InlineData(40, 8, 95, PrefixDiskDecision.NotWorthIt)]
    public void What_the_disk_gives_back_hardly_quicker_is_not_written(double disk, double host, double compute, PrefixDiskDecision expected) =>
        Assert.Equal(expected, PrefixReturnPolicy.Decide(Question(Costs(disk, host, compute))));

    [Fact]
    public void What_would_not_fit_if_it_were_alone_is_not_written() =>
        Assert.Equal(PrefixDiskDecision.TooLarge, PrefixReturnPolicy.Decide(Question(Costs(40, 8, 900)) with { Bytes = 101 * Mebibyte }));

    [Theory]
    [InlineData(210, PrefixDiskDecision.Write)]
    [InlineData(209, PrefixDiskDecision.DiskIsFull)]
    public void The_disk_keeps_its_reserve(long freeMebibytes, PrefixDiskDecision expected) =>
        Assert.Equal(expected, PrefixReturnPolicy.Decide(Question(Costs(40, 8, 900)) with { DiskFree = freeMebibytes * Mebibyte }));

    [Theory]
    [InlineData(0, 900.0)]
    [InlineData(128, 1_200.0)]
    [InlineData(256, 1_800.0)]
    [InlineData(257, null)]
    [InlineData(512, null)]
    [InlineData(-1, null)]
    public void What_was_found_was_not_computed(int found, double? expectedMs) =>
        Assert.Equal(expectedMs, PrefixReturnPolicy.ComputeOf(TimeSpan.FromMilliseconds(900), 512, found)?.TotalMilliseconds);

    [Fact]
    public void A_byte_is_worth_the_waiting_that_it_saves()
    {
        var costs = Costs(40, 8, 900);

        Assert.Equal(2 * 0.852 / Mebibyte, PrefixReturnPolicy.DensityOnDisk(2, Mebibyte, costs), 12);
        Assert.Equal(0, PrefixReturnPolicy.DensityOnDisk(0, Mebibyte, costs));

        // One that would be computed all the same saves nothing, and goes first.
        Assert.Equal(0, PrefixReturnPolicy.DensityOnDisk(2, Mebibyte, Costs(40, 8, 50)));
    }

    private static PrefixDiskQuestion Question(PrefixCosts costs) => new(10 * Mebibyte, 100 * Mebibyte, 1_000 * Mebibyte, 200 * Mebibyte, costs);

    private static PrefixCosts Costs(double disk, double host, double compute) =>
        new(TimeSpan.FromMilliseconds(disk), TimeSpan.FromMilliseconds(host), TimeSpan.FromMilliseconds(compute));
}
