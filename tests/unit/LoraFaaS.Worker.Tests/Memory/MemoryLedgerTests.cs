using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Memory;

namespace LoraFaaS.Worker.Tests.Memory;

public sealed class MemoryLedgerTests
{
    [Fact]
    public void A_lease_counts_whole_extents_under_its_owner()
    {
        var ledger = new DeviceLedger(ByteSize.FromMebibytes(64));

        using var lease = Assert.IsType<LeaseOutcome.Granted>(ledger.TryLease("sandbox a", new ByteSize(1))).Lease;

        Assert.Equal(DeviceLedger.Extent, ledger.Used);
        Assert.Equal(DeviceLedger.Extent, ledger.Owners["sandbox a"]);
    }

    [Fact]
    public void More_than_is_free_is_refused_with_a_reason_and_nothing_taken()
    {
        var ledger = new DeviceLedger(ByteSize.FromMebibytes(8));
        using var lease = Assert.IsType<LeaseOutcome.Granted>(ledger.TryLease("sandbox a", ByteSize.FromMebibytes(6))).Lease;

        var refused = Assert.IsType<LeaseOutcome.Refused>(ledger.TryLease("sandbox b", ByteSize.FromMebibytes(4)));

        Assert.Contains("sandbox b asked for 4 MiB of device memory; 2 MiB of 8 MiB are free", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(ByteSize.FromMebibytes(6), ledger.Used);
    }

    [Fact]
    public void A_size_near_the_limit_of_numbers_is_refused()
    {
        var ledger = new DeviceLedger(ByteSize.FromMebibytes(8));

        Assert.IsType<LeaseOutcome.Refused>(ledger.TryLease("sandbox a", new ByteSize(long.MaxValue)));
    }

    [Fact]
    public void A_lease_is_given_back_once()
    {
        var ledger = new DeviceLedger(ByteSize.FromMebibytes(8));
        var kept = Assert.IsType<LeaseOutcome.Granted>(ledger.TryLease("a", ByteSize.FromMebibytes(2))).Lease;
        var lease = Assert.IsType<LeaseOutcome.Granted>(ledger.TryLease("a", ByteSize.FromMebibytes(2))).Lease;

        lease.Dispose();
        lease.Dispose();

        Assert.Equal(ByteSize.FromMebibytes(2), ledger.Used);
        kept.Dispose();
        Assert.Empty(ledger.Owners);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_history_overcommits_or_loses_a_byte(int seed)
    {
        var random = new Random(seed);
        var ledger = new DeviceLedger(ByteSize.FromMebibytes(256));
        var held = new List<MemoryLease>();

        for (var i = 0; i < 10_000; i++)
        {
            if (held.Count > 0 && random.Next(2) == 0)
            {
                var index = random.Next(held.Count);
                held[index].Dispose();
                held.RemoveAt(index);
            }
            else if (held.Count > 0 && random.Next(3) == 0)
            {
                // Larger or smaller; what is refused changes nothing.
                var lease = held[random.Next(held.Count)];
                var (before, wanted) = (lease.Size, new ByteSize(random.Next(1, 40 << 20)));
                var size = lease.TryResize(wanted) is LeaseOutcome.Granted ? Math.Max(wanted.Bytes, lease.Size.Bytes) : before.Bytes;
                Assert.InRange(lease.Size.Bytes, size, size + DeviceLedger.Extent.Bytes - 1);
            }
            else if (ledger.TryLease($"owner {random.Next(8)}", new ByteSize(random.Next(1, 40 << 20))) is LeaseOutcome.Granted granted)
            {
                held.Add(granted.Lease);
            }

            Assert.True(ledger.Used <= ledger.Capacity);
            Assert.Equal(held.Sum(lease => lease.Size.Bytes), ledger.Used.Bytes);
            Assert.Equal(ledger.Used.Bytes, ledger.Owners.Values.Sum(size => size.Bytes));
            Assert.Equal(ledger.Capacity, ledger.Used + ledger.Free);
        }
    }

    [Fact]
    public async Task Concurrent_owners_never_overcommit()
    {
        var ledger = new HostLedger(ByteSize.FromMebibytes(16));

        await Parallel.ForEachAsync(Enumerable.Range(0, 8), TestContext.Current.CancellationToken, (owner, _) =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                if (ledger.TryLease($"owner {owner}", ByteSize.FromMebibytes(3)) is LeaseOutcome.Granted granted)
                {
                    Assert.True(ledger.Used <= ledger.Capacity);
                    granted.Lease.Dispose();
                }
            }

            return ValueTask.CompletedTask;
        });

        Assert.Equal(ByteSize.Zero, ledger.Used);
    }
}
