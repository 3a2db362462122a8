using System.Net.Http.Headers;
using System.Net.Sockets;
using Google.Protobuf;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Metering;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>A caller who does not read, behind buffers that cannot hold its answer: its sequence waits without a credit, and nobody waits with it.</summary>
public sealed class SlowReaderTests
{
    private const string Domain = "openfaas-fn";

    /// <summary>As many as the backbone has places for, each with all alternatives: a quarter of a megabyte.</summary>
    private const int Tokens = 440;
    private const int Alternatives = 32;

    /// <summary>What the two ends hold of it: the server's 64 KiB, and the kernel's buffers, which follow the window and the size of a segment.</summary>
    private const int HeldBytes = 192 << 10;
    private const int ReceiveBytes = 4 << 10;
    private const int SegmentBytes = 536;
    private const int Tcp = 6;
    private const int MaxSegment = 2;

    [Fact]
    public async Task Its_sequence_parks_others_do_not_notice_and_it_goes_on_when_it_is_read()
    {
        await using var world = await DemoWorld.StartAsync("--Worker:EventCredits", "4");
        var undisturbed = await world.Worker.GenerateAsync(Long(world), Token);
        Assert.InRange(undisturbed.Events.Sum(happened => happened.CalculateSize()), HeldBytes, int.MaxValue);
        using var client = ClientOf(world);
        using var slow = await PostAsync(client, Long(world));

        // Twice the steps that it would have needed.
        for (var other = 0; other < 2; other++)
        {
            Assert.Equal(IdsOf(undisturbed), IdsOf(await Patience.ForAsync(world.Worker.GenerateAsync(Long(world), Token))));
        }

        // One that had been computed to its end would not be among the sandbox's any more.
        await Patience.UntilAsync(() => world.Worker.SandboxOf(Domain).Load.Parked == 1);
        Assert.Equal(1, world.Worker.Get<WorkerMetrics>().Running);
        var all = await Patience.ForAsync(Generation.ReadAsync(slow, Token));

        Assert.Equal(Tokens, all.Finished?.CompletionTokens);
        Assert.Equal(IdsOf(undisturbed), IdsOf(all));
        Assert.Equal(undisturbed.Text, all.Text);
        await Patience.UntilAsync(() => world.Worker.SandboxOf(Domain).Load.Parked == 0);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static List<int> IdsOf(Generation generation) =>
        [.. generation.Events.Where(happened => happened.Tokens is not null).SelectMany(happened => happened.Tokens.Ids)];

    private static GenerateRequest Long(DemoWorld world)
    {
        var request = world.Request(null, "tell a long story", Domain, Tokens);
        (request.Sampling.IgnoreEos, request.Sampling.TopLogprobs) = (true, Alternatives);
        return request;
    }

    private static HttpClient ClientOf(DemoWorld world)
    {
        var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync }) { BaseAddress = world.Worker.Http.BaseAddress, Timeout = TimeSpan.FromMinutes(5) };

        foreach (var (name, values) in world.Worker.Http.DefaultRequestHeaders)
        {
            client.DefaultRequestHeaders.Add(name, values);
        }

        return client;
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        // Before it connects: what it offers is the most there will be.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = ReceiveBytes };
        socket.SetRawSocketOption(Tcp, MaxSegment, BitConverter.GetBytes(SegmentBytes));

        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, GenerateRequest request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/generate") { Content = new ByteArrayContent(request.ToByteArray()) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        message.Headers.Add(LoraFaaS.Contracts.Invocations.WireHeaders.TimeLeft, "240000");
        return await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, Token);
    }
}
