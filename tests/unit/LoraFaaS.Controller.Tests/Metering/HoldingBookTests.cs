using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.ControlPlane.Metering;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.Controller.Tests.Metering;

public sealed class HoldingBookTests
{
    private static readonly DateTimeOffset Noon = new(2031, 5, 6, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Today = new(2031, 5, 6);
    private static readonly Digest Backbone = Digest.OfBytes([0]);

    [Fact]
    public void The_backbone_is_split_over_those_beside_it_and_each_pays_for_its_own_adapter()
    {
        var book = HoldingBook.Continue(new HoldingDay(Today, [], []));
        var (a, b) = (Function("a", 1), Function("b", 2));

        book.Observe(
            [Worker("w", Held(1, StorageTier.Device, 30), Held(2, StorageTier.Device, 50), Held(2, StorageTier.Host, 40), Shared(1_000))], [a, b], TimeSpan.FromSeconds(2), Noon);

        var sums = book.Close().Functions;
        Assert.Equal(new HoldingSum(a.Id, 60, 0, 1_000, 2_000), sums[0]);
        Assert.Equal(new HoldingSum(b.Id, 100, 80, 1_000, 2_000), sums[1]);
    }

    [Fact]
    public void What_is_not_on_the_device_shares_no_backbone_and_disks_cost_nothing()
    {
        var book = HoldingBook.Continue(new HoldingDay(Today, [], []));

        book.Observe([Worker("w", Held(1, StorageTier.Disk, 30), Shared(1_000))], [Function("a", 1)], TimeSpan.FromSeconds(2), Noon);

        Assert.Equal(HoldingSum.None(Function("a", 1).Id), Assert.Single(book.Close().Functions));
    }

    [Fact]
    public void Two_functions_of_one_adapter_split_it_and_another_domains_copy_is_not_theirs()
    {
        var book = HoldingBook.Continue(new HoldingDay(Today, [], []));

        book.Observe(
            [Worker("w", Held(1, StorageTier.Device, 30), Held(1, StorageTier.Device, 99) with { TrustDomain = new TrustDomain("others") })],
            [Function("a", 1), Function("b", 1)], TimeSpan.FromSeconds(2), Noon);

        Assert.All(book.Close().Functions, sum => Assert.Equal(30, sum.DeviceByteSeconds));
    }

    [Fact]
    public void Moves_are_noted_once_with_their_reason_and_go_on_after_a_restart()
    {
        var book = HoldingBook.Continue(new HoldingDay(Today, [], []));
        var function = Function("a", 1);
        var device = Worker("w", Held(1, StorageTier.Host, 1), Held(1, StorageTier.Device, 1) with { Age = TimeSpan.FromSeconds(3), Reason = "called" });
        book.Observe([device], [function], TimeSpan.FromSeconds(5), Noon);
        book.Observe([device], [function], TimeSpan.FromSeconds(5), Noon.AddSeconds(5));

        book = HoldingBook.Continue(book.Close());
        book.Observe([device], [function], TimeSpan.FromSeconds(5), Noon.AddSeconds(10));
        book.Observe([Worker("w", Held(1, StorageTier.Host, 1))], [function], TimeSpan.FromSeconds(5), Noon.AddSeconds(15));
        book = book.Turn(Today.AddDays(1));
        book.Observe([], [function], TimeSpan.FromSeconds(5), Noon.AddDays(1));

        Assert.Equal(
            [new TierMove(Noon.AddDays(1), new WorkerId("w"), function.Id, StorageTier.Host, StorageTier.Remote, "the worker holds it no more, or is gone")], book.Close().Moves);
    }

    [Fact]
    public void A_move_nearer_is_dated_to_when_it_came_there()
    {
        var book = HoldingBook.Continue(new HoldingDay(Today, [], []));
        var function = Function("a", 1);
        book.Observe([Worker("w", Held(1, StorageTier.Device, 1) with { Age = TimeSpan.FromSeconds(3), Reason = "called" })], [function], TimeSpan.FromSeconds(5), Noon);
        book.Observe([Worker("w", Held(1, StorageTier.Host, 1))], [function], TimeSpan.FromSeconds(5), Noon.AddSeconds(5));

        Assert.Equal(
            [
                new TierMove(Noon.AddSeconds(-3), new WorkerId("w"), function.Id, StorageTier.Remote, StorageTier.Device, "called"),
                new TierMove(Noon.AddSeconds(5), new WorkerId("w"), function.Id, StorageTier.Device, StorageTier.Host, "left the device"),
            ],
            book.Close().Moves);
    }

    private static FunctionRecord Function(string name, byte adapter)
    {
        var id = new FunctionId(NamespaceName.Default, new FunctionName(name));

        return new FunctionRecord
        {
            Id = id,
            Generation = 1,
            Deployment = new FunctionDeployment { Service = name, Image = $"lora://b/{name}" },
            Revisions = [new FunctionRevision { Function = id, Number = 1, Backbone = new BackboneName("b"), BackboneDigest = Backbone, AdapterDigest = Digest.OfBytes([adapter]) }],
            DesiredReplicas = 1,
            CreatedAt = Noon,
            UpdatedAt = Noon,
        };
    }

    private static ResidentState Held(byte adapter, StorageTier tier, long bytes) => new(
        ResidentKind.Adapter, Digest.OfBytes([adapter]), tier, bytes, tier is StorageTier.Device ? new TrustDomain(NamespaceName.Default.Value) : null, TimeSpan.Zero);

    private static ResidentState Shared(long bytes) => new(ResidentKind.Backbone, Backbone, StorageTier.Host, bytes, null, TimeSpan.Zero);

    private static WorkerState Worker(string id, params ResidentState[] resident) => new()
    {
        Id = new WorkerId(id), Url = "", Device = "cpu", DeviceBytes = 1, DeviceBytesUsed = 0, Running = 0, Queued = 0, Sandboxes = 0, Draining = false,
        ControllerId = "c", NotEnforced = [], Resident = resident,
    };
}
