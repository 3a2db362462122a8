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
        var book = new SandboxLeaseBook(channel, granted.Lease, _ => true, TimeProvider.System);

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

    /// <summary>Room for others is made by one at a time: a sandbox that answers nothing must not keep them waiting again and again.</summary>
    [Fact]
    public async Task One_that_has_just_not_answered_is_not_waited_for_again_and_is_asked_later()
    {
        var token = TestContext.Current.CancellationToken;
        var clock = new FakeTimeProvider();
        var (worker, sandbox) = await DescriptorStream.PairAsync(maxPending: 0, token);
        await using var channel = new SandboxChannel(new SandboxId("sandbox-1"), worker, TimeProvider.System, NullLogger.Instance);
        var ledger = new DeviceLedger(Extents(16));
        var granted = Assert.IsType<LeaseOutcome.Granted>(ledger.TryLease("sandbox-1", Extents(4)));
        var book = new SandboxLeaseBook(channel, granted.Lease, _ => true, clock);
        await using var reader = new FrameReader<ToSandbox>(sandbox, ToSandbox.Parser);

        var first = book.ShrinkAsync(Extents(2), token);
        Assert.Equal(Extents(2).Bytes, (await reader.ReadAsync(token)).Message?.Lease.DeviceBytes);
        await Patience.UntilAsync(() =>
        {
            // It has read the question, perhaps before whoever asks began to wait for the answer.
            clock.Advance(TimeSpan.FromSeconds(1));
            return first.IsCompleted;
        });
        Assert.Equal(ByteSize.Zero, await first);

        // Without another look at the clock: neither of these waits.
        Assert.Equal(ByteSize.Zero, await Patience.ForAsync(book.ShrinkAsync(Extents(1), token)));
        Assert.True(await Patience.ForAsync(book.TryGrowAsync(Extents(6), token)));
        Assert.Equal(Extents(6).Bytes, (await reader.ReadAsync(token)).Message?.Lease.DeviceBytes);
        Assert.Equal(Extents(6), ledger.Used);

        clock.Advance(TimeSpan.FromSeconds(10));
        var later = book.ShrinkAsync(Extents(3), token);
        Assert.Equal(Extents(3).Bytes, (await reader.ReadAsync(token)).Message?.Lease.DeviceBytes);
        var writer = new FrameWriter(sandbox);

        foreach (var left in (ByteSize[])[Extents(4), Extents(6), Extents(3)])
        {
            writer.Write(new FromSandbox { Leased = new Leased { DeviceBytes = left.Bytes } });
        }

        Assert.True(await writer.FlushAsync(token));
        Assert.Equal(Extents(3), await Patience.ForAsync(later));
        Assert.Equal(Extents(3), ledger.Used);
        await Patience.ForAsync(book.DisposeAsync().AsTask());
    }

    /// <summary>Taken over, it could answer what it likes: nobody else is leased what the kernel says is still in use.</summary>
    [Fact]
    public async Task What_a_sandbox_says_it_gave_back_is_free_once_the_kernel_holds_it_to_that()
    {
        var token = TestContext.Current.CancellationToken;
        var (worker, sandbox) = await DescriptorStream.PairAsync(maxPending: 0, token);
        await using var channel = new SandboxChannel(new SandboxId("sandbox-1"), worker, TimeProvider.System, NullLogger.Instance);
        var ledger = new DeviceLedger(Extents(16));
        var granted = Assert.IsType<LeaseOutcome.Granted>(ledger.TryLease("sandbox-1", Extents(4)));
        var limits = new List<ByteSize>();
        var isUsed = true;
        var book = new SandboxLeaseBook(channel, granted.Lease, Limit, TimeProvider.System);
        await using var reader = new FrameReader<ToSandbox>(sandbox, ToSandbox.Parser);
        var writer = new FrameWriter(sandbox);

        Assert.Equal(ByteSize.Zero, await AnswerAsync(book.ShrinkAsync(Extents(2), token)));
        Assert.Equal(Extents(4), ledger.Used);

        isUsed = false;
        Assert.Equal(Extents(2), await AnswerAsync(book.ShrinkAsync(Extents(2), token)));
        Assert.Equal(Extents(2), ledger.Used);
        Assert.Equal([Extents(2), Extents(2)], limits);
        await book.DisposeAsync();
        await sandbox.DisposeAsync();

        async Task<ByteSize> AnswerAsync(Task<ByteSize> shrinking)
        {
            Assert.Equal(Extents(2).Bytes, (await reader.ReadAsync(token)).Message?.Lease.DeviceBytes);
            writer.Write(new FromSandbox { Leased = new Leased { DeviceBytes = Extents(2).Bytes } });
            Assert.True(await writer.FlushAsync(token));
            return await Patience.ForAsync(shrinking);
        }

        bool Limit(ByteSize lease)
        {
            limits.Add(lease);
            return !isUsed;
        }
    }

    private static ByteSize Extents(int count) => new(count * DeviceLedger.Extent.Bytes);
}
