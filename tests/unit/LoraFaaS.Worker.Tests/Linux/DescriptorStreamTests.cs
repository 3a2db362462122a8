using LoraFaaS.Linux.Memory;
using LoraFaaS.Linux.Sockets;

namespace LoraFaaS.Worker.Tests.Linux;

public sealed class DescriptorStreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_sealed_segment_passed_over_the_socket_is_the_same_memory()
    {
        var (client, server) = await DescriptorStream.PairAsync(maxPending: 1, TestContext.Current.CancellationToken);
        await using var _ = client;
        await using var __ = server;
        using var sent = Segment(7);

        await client.WriteAsync(new byte[] { 1, 2, 3 }, sent.Descriptor, TestContext.Current.CancellationToken);
        await server.ReadExactlyAsync(new byte[3], TestContext.Current.CancellationToken);

        Assert.True(server.TryTakeDescriptor(out var descriptor));
        using var received = SealedMemory.FromDescriptor(descriptor);
        using var mapped = received.Map();
        Assert.Equal(7, mapped.Span(0, 1)[0]);
    }

    [Fact]
    public async Task Descriptors_keep_their_order_among_bytes_without_any()
    {
        var (client, server) = await DescriptorStream.PairAsync(maxPending: 8, TestContext.Current.CancellationToken);
        await using var _ = client;
        await using var __ = server;

        for (byte i = 1; i <= 3; i++)
        {
            using var segment = Segment(i);
            await client.WriteAsync(new byte[100], TestContext.Current.CancellationToken);
            await client.WriteAsync(new byte[] { i }, segment.Descriptor, TestContext.Current.CancellationToken);
        }

        await server.ReadExactlyAsync(new byte[303], TestContext.Current.CancellationToken);

        for (byte i = 1; i <= 3; i++)
        {
            Assert.True(server.TryTakeDescriptor(out var descriptor));
            using var received = SealedMemory.FromDescriptor(descriptor);
            using var mapped = received.Map();
            Assert.Equal(i, mapped.Span(0, 1)[0]);
        }
    }

    [Fact]
    public async Task A_descriptor_waits_for_a_slow_reader_and_loses_nothing()
    {
        var (client, server) = await DescriptorStream.PairAsync(maxPending: 1, TestContext.Current.CancellationToken);
        await using var _ = client;
        await using var __ = server;
        using var segment = Segment(9);
        var bulk = new byte[8 << 20];
        Random.Shared.NextBytes(bulk);

        var writing = Task.Run(async () =>
        {
            await client.WriteAsync(bulk, TestContext.Current.CancellationToken);
            await client.WriteAsync(new byte[] { 42 }, segment.Descriptor, TestContext.Current.CancellationToken);
        });

        var read = new byte[bulk.Length];
        await server.ReadExactlyAsync(read, TestContext.Current.CancellationToken);
        var last = new byte[1];
        await server.ReadExactlyAsync(last, TestContext.Current.CancellationToken);
        await writing.WaitAsync(Patience, TestContext.Current.CancellationToken);

        Assert.Equal(bulk, read);
        Assert.Equal(42, last[0]);
        Assert.True(server.TryTakeDescriptor(out var descriptor));
        descriptor.Dispose();
    }

    [Fact]
    public async Task A_peer_that_sends_descriptors_nobody_asked_for_is_cut_off()
    {
        var (client, server) = await DescriptorStream.PairAsync(maxPending: 0, TestContext.Current.CancellationToken);
        await using var _ = client;
        await using var __ = server;
        using var segment = Segment(1);

        await client.WriteAsync(new byte[] { 1 }, segment.Descriptor, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<InvalidDataException>(async () => await server.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken));
        Assert.False(server.TryTakeDescriptor(out var unused));
    }

    [Fact]
    public async Task The_end_of_the_peer_reads_as_the_end_of_the_stream()
    {
        var (client, server) = await DescriptorStream.PairAsync(maxPending: 0, TestContext.Current.CancellationToken);
        await using var _ = server;
        var reading = server.ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask();

        await client.DisposeAsync();

        Assert.Equal(0, await reading.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    private static SealedMemory Segment(byte value)
    {
        using var memory = UnsealedMemory.Create("test", 4096);
        memory.Memory.Span(0, 4096).Fill(value);
        return memory.Seal();
    }
}
