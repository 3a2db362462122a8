using System.Net;
using System.Net.Sockets;
using LoraFaaS.Client;

namespace LoraFaaS.Cli.Tests.Connection;

public sealed class GatewayChoiceTests
{
    [Fact]
    public async Task A_gateway_that_is_gone_is_passed_over_and_not_asked_again()
    {
        using var handler = new Gateways("http://b/", "http://c/");
        using var client = Client(handler);

        Assert.True(await client.Platform.IsReadyAsync(TestContext.Current.CancellationToken));
        Assert.True(await client.Platform.IsReadyAsync(TestContext.Current.CancellationToken));

        Assert.Equal(["http://a/healthz", "http://b/healthz", "http://b/healthz"], handler.Asked);
    }

    [Fact]
    public async Task A_request_that_was_on_its_way_is_not_sent_to_another()
    {
        using var handler = new Gateways("http://b/", "http://c/") { Failure = new HttpRequestException(HttpRequestError.ResponseEnded) };
        using var client = Client(handler);

        var failure = await Assert.ThrowsAsync<LoraFaaSException>(() => client.Functions.ListAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.True(failure.Unreachable);
        Assert.Single(handler.Asked);
    }

    [Fact]
    public async Task When_none_is_there_all_are_named()
    {
        using var handler = new Gateways();
        using var client = Client(handler);

        var failure = await Assert.ThrowsAsync<LoraFaaSException>(() => client.Functions.ListAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("http://a/, http://b/, http://c/", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, handler.Asked.Count);
    }

    [Fact]
    public async Task A_real_port_that_nobody_listens_on_counts_as_gone()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var closed = new Uri($"http://{listener.LocalEndpoint}/");
        listener.Stop();
        using var server = new HttpListener();
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var open = $"http://{free.LocalEndpoint}/";
        free.Stop();
        server.Prefixes.Add(open);
        server.Start();
        using var client = new LoraFaaSClient(new LoraFaaSClientOptions { Gateway = closed, OtherGateways = [new Uri(open)] });

        var ready = client.Platform.IsReadyAsync(TestContext.Current.CancellationToken);
        (await server.GetContextAsync()).Response.Close();

        Assert.True(await ready);
    }

    private static LoraFaaSClient Client(HttpMessageHandler handler) =>
        new(new LoraFaaSClientOptions { Gateway = new Uri("http://a/"), OtherGateways = [new Uri("http://b/"), new Uri("http://c/")] }, handler);

    /// <summary>Only those named answer.</summary>
    private sealed class Gateways(params string[] there) : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        public HttpRequestException Failure { get; init; } = new(HttpRequestError.ConnectionError);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var url = request.RequestUri!.ToString();
            Asked.Add(url);
            return there.Any(url.StartsWith) ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)) : throw Failure;
        }
    }
}
