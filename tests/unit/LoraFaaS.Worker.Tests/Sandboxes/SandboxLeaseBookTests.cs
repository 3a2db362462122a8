using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoraFaaS.Worker.Tests.Sandboxes;

public sealed class SandboxLeaseBookTests
{
    /// <summary>Whoever makes room asks many sandboxes, some of which end meanwhile: its loop must go on.</summary>
    [Fact]
    public async Task A_sandbox_that_ends_while_its_lease_is_being_changed_fails_nobody()
    {
        var token = TestContext.Current.CancellationToken;
        var (worker, sandbox) = await DescriptorStream.PairAsync(maxPending: 0, token);
        await using var channel = new SandboxChannel(new SandboxId("sandbox-1"), worker, TimeProvider.System, NullLogger.Instance);
        var ledger = new DeviceLedger(Extents(16));
        var granted = Assert.IsType<LeaseOutcome.Granted>(ledger.TryLease("sandbox-1", Extents(4)));
        var book = new SandboxLeaseBook(channel, granted.Lease, TimeProvider.System);

        // It hears of the first change and does not answer; the second waits for the first.
        var first = book.ShrinkAsync(Extents(2), token);
        var second = book.ShrinkAsync(Extents(1), token);
        await using var reader = new FrameReader<ToSandbox>(sandbox, ToSandbox.Parser);
        Assert.Equal(ToSandbox.KindOneofCase.Lease, (await reader.ReadAsync(token)).Message?.KindCase);
        var ending = book.DisposeAsync().AsTask();
        await sandbox.DisposeAsync();

        Assert.Equal(ByteSize.Zero, await Patience.ForAsync(first));
        Assert.Equal(ByteSize.Zero, await Patience.ForAsync(second));
        await Patience.ForAsync(ending);
        Assert.Equal(ByteSize.Zero, ledger.Used);
        Assert.False(await book.TryGrowAsync(Extents(8), token));
        Assert.Equal(ByteSize.Zero, await book.ShrinkAsync(Extents(1), token));
        await book.TellAsync(token);
        Assert.Equal(ByteSize.Zero, ledger.Used);
    }

    private static ByteSize Extents(int count) => new(count * DeviceLedger.Extent.Bytes);
}
