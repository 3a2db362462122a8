using LoraFaaS.Contracts.Identity;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoraFaaS.Worker.Tests.Sandboxes;

public sealed class SandboxChannelTests
{
    /// <summary>Whoever goes on elsewhere asks the book of uses next, and must not be given the lost one a second time.</summary>
    [Fact]
    public async Task Nobody_hears_of_a_lost_sandbox_before_it_counts_as_closed()
    {
        var token = TestContext.Current.CancellationToken;

        for (var round = 0; round < 200; round++)
        {
            var (worker, sandbox) = await DescriptorStream.PairAsync(maxPending: 0, token);
            await using var channel = new SandboxChannel(new SandboxId("sandbox-1"), worker, TimeProvider.System, NullLogger.Instance);
            await using var sequence = await channel.GenerateAsync(new GenerateRequest(), credits: 1, token);

            await using (var reader = new FrameReader<ToSandbox>(sandbox, ToSandbox.Parser))
            {
                Assert.Equal(ToSandbox.KindOneofCase.Generate, (await reader.ReadAsync(token)).Message?.KindCase);
            }

            await sandbox.DisposeAsync();

            Assert.False(await Patience.ForAsync(sequence.Events.WaitToReadAsync(token).AsTask()));
            Assert.True(channel.IsClosed);
        }
    }

    /// <summary>Answers come without a number: one that gives up asking must not leave the next with another's answer.</summary>
    [Fact]
    public async Task Who_gives_up_asking_for_a_lease_takes_nobody_elses_answer()
    {
        var token = TestContext.Current.CancellationToken;
        var (worker, sandbox) = await DescriptorStream.PairAsync(maxPending: 0, token);
        await using var channel = new SandboxChannel(new SandboxId("sandbox-1"), worker, TimeProvider.System, NullLogger.Instance);
        await using var reader = new FrameReader<ToSandbox>(sandbox, ToSandbox.Parser);
        var writer = new FrameWriter(sandbox);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.LeaseAsync(1, new CancellationToken(canceled: true)));

        var asking = channel.LeaseAsync(2, token);

        for (var question = 0; question < 2; question++)
        {
            writer.Write(new FromSandbox { Leased = new Leased { DeviceBytes = (await reader.ReadAsync(token)).Message!.Lease.DeviceBytes } });
            Assert.True(await writer.FlushAsync(token));
        }

        Assert.Equal(2, await Patience.ForAsync(asking));
    }
}
