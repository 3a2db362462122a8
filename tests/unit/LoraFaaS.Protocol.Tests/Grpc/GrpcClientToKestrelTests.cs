using System.Net;
using System.Net.Http.Headers;
using LoraFaaS.Protocol.Addresses;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Grpc.Client;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Protocol.Tests.Grpc;

/// <summary>Our client against our server, and what only our server promises.</summary>
public sealed class GrpcClientToKestrelTests(KestrelControlServer server) : GrpcClientTests, IClassFixture<KestrelControlServer>
{
    protected override Uri Address => server.Address;

    [Fact]
    public async Task Metadata_and_the_time_left_travel_with_the_call()
    {
        using var channel = new GrpcChannel(new() { Servers = ServerAddresses.One(Address), Metadata = [new("x-test", "from the channel")] });

        var reply = await channel.CallAsync(TestMethods.Metadata, new ActivateRequest(), new() { Timeout = TimeSpan.FromSeconds(42) }, CancellationToken.None);

        Assert.Equal("from the channel", reply.WorkerId);
        Assert.Equal(42_000, reply.RetryAfterMs);
    }

    [Fact]
    public async Task A_defect_in_a_handler_is_told_without_its_details()
    {
        using var channel = new GrpcChannel(new() { Servers = ServerAddresses.One(Address) });

        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() =>
            channel.CallAsync(ControlMethods.Activate, new ActivateRequest { Key = new() { Function = "broken" } }, GrpcCallOptions.None, CancellationToken.None));

        Assert.Equal(GrpcStatusCode.Internal, failure.Code);
        Assert.DoesNotContain("detail", failure.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_response_over_the_channels_limit_is_refused()
    {
        using var channel = new GrpcChannel(new() { Servers = ServerAddresses.One(Address), MaxMessageBytes = 1_000 });

        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() =>
            channel.CallAsync(ControlMethods.Activate, new ActivateRequest { Key = new() { Function = "large" }, TimeLeftMs = 1_001 }, GrpcCallOptions.None, CancellationToken.None));

        Assert.Equal(GrpcStatusCode.ResourceExhausted, failure.Code);
    }

    [Fact]
    public async Task Nobody_listening_is_unavailable()
    {
        using var channel = new GrpcChannel(new() { Servers = ServerAddresses.One(new Uri("http://127.0.0.1:9")) });

        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() => channel.CallAsync(ControlMethods.Activate, new ActivateRequest(), GrpcCallOptions.None, CancellationToken.None));

        Assert.Equal(GrpcStatusCode.Unavailable, failure.Code);
    }

    [Fact]
    public async Task A_stopping_server_ends_its_streams_as_unavailable()
    {
        var own = new KestrelControlServer();
        await own.InitializeAsync();
        await using var _ = own;
        using var channel = new GrpcChannel(new() { Servers = ServerAddresses.One(own.Address) });
        await using var call = await new ControlClient(channel).OpenWorkerSessionAsync(CancellationToken.None);
        Assert.True(await call.TrySendAsync(new() { Heartbeat = new() { Sequence = 1 } }, CancellationToken.None));
        await using var commands = call.ReadAllAsync(CancellationToken.None).GetAsyncEnumerator();
        await Patience.ForAsync(commands.MoveNextAsync().AsTask());

        var stopping = own.StopAsync();
        var failure = await Assert.ThrowsAsync<GrpcStatusException>(() => Patience.ForAsync(commands.MoveNextAsync().AsTask()));

        Assert.Equal(GrpcStatusCode.Unavailable, failure.Code);
        await Patience.ForAsync(stopping);
    }

    [Theory]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, GrpcStatusCode.Unimplemented)]
    [InlineData(new byte[] { 7, 0, 0, 0, 0 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 0, 0xff, 0xff, 0xff, 0xff }, GrpcStatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 2, 0xff, 0xff }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[0], GrpcStatusCode.Internal)]
    public async Task A_broken_body_ends_with_a_status(byte[] body, GrpcStatusCode expected)
    {
        using var response = await PostAsync(body, "application/grpc", HttpVersion.Version20);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([((int)expected).ToString(System.Globalization.CultureInfo.InvariantCulture)], response.Headers.GetValues("grpc-status"));
    }

    [Fact]
    public async Task A_compressed_call_is_unimplemented_and_told_what_would_do()
    {
        using var response = await PostAsync([0, 0, 0, 0, 0], "application/grpc", HttpVersion.Version20, ("grpc-encoding", "gzip"));

        Assert.Equal(["12"], response.Headers.GetValues("grpc-status"));
        Assert.Equal(["identity"], response.Headers.GetValues("grpc-accept-encoding"));
    }

    [Fact]
    public async Task What_is_not_gRPC_is_refused_in_HTTPs_own_words()
    {
        using var response = await PostAsync([], "application/json", HttpVersion.Version20);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task Random_bodies_never_bring_the_server_down()
    {
        var random = new Random(4_711);

        for (var round = 0; round < 200; round++)
        {
            var body = new byte[random.Next(0, 40)];
            random.NextBytes(body);

            if (body.Length > 5)
            {
                (body[0], body[1], body[2], body[3], body[4]) = (0, 0, 0, 0, (byte)(body.Length - 5));
            }

            using var response = await PostAsync(body, "application/grpc", HttpVersion.Version20);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    private async Task<HttpResponseMessage> PostAsync(byte[] body, string contentType, Version version, params (string Name, string Value)[] headers)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, ControlMethods.Activate.Path))
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } },
        };

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await client.SendAsync(request);
    }
}
