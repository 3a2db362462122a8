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
}
