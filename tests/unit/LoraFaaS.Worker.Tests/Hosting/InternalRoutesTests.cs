using System.Net;
using System.Text.RegularExpressions;
using Google.Protobuf;
using LoraFaaS.Protocol.Data;
using LoraFaaS.ServiceDefaults.Trust;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>The table of routes is the program's own: a route that somebody adds is in this test by itself.</summary>
public sealed partial class InternalRoutesTests
{
    [Fact]
    public async Task Every_route_but_health_refuses_who_has_no_token()
    {
        using var folder = new TempFolder();
        await using var worker = await WorkerUnderTest.StartAsync(folder, null);
        using var stranger = new HttpClient { BaseAddress = worker.Http.BaseAddress };
        var routes = worker.Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.Contains(routes, route => route.RoutePattern.RawText!.Contains("v1/generate", StringComparison.Ordinal));

        foreach (var route in routes)
        {
            var path = Parameter().Replace("/" + route.RoutePattern.RawText!.TrimStart('/'), "x");
            var methods = route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } known ? known : ["GET", "POST"];

            foreach (var method in methods)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                request.Headers.Add("X-Lorafaas-Token", new string('x', 48));
                using var response = await stranger.SendAsync(request);
                var refused = response.StatusCode is HttpStatusCode.Unauthorized;

                Assert.True(refused == (path != "/healthz"), $"{method} {path}: {response.StatusCode}");
            }
        }
    }

    [Fact]
    public async Task On_a_proven_connection_calls_carry_nothing()
    {
        using var folder = new TempFolder();
        await using var worker = await WorkerUnderTest.StartAsync(folder, null);

        using var known = Caller(worker.Get<InternalToken>());
        using var opened = await known.PostAsync("v1/generate", new ByteArrayContent(new GenerateRequest { CallId = "1" }.ToByteArray()));
        Assert.Equal(HttpStatusCode.BadRequest, opened.StatusCode);

        using var stranger = Caller(new InternalToken(new string('x', 48)));
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync("healthz"));
        Assert.IsType<UnprovenPeerException>(refused.InnerException);

        HttpClient Caller(InternalToken token) => new(new SocketsHttpHandler
        {
            ConnectCallback = (context, cancellationToken) => new ProvenDialer(token, Patience.Limit, Patience.Limit, TimeProvider.System)
                .DialAsync(context.DnsEndPoint, context.InitialRequestMessage.RequestUri!.Authority, null, cancellationToken),
        })
        {
            BaseAddress = worker.Http.BaseAddress, Timeout = Patience.Limit,
        };
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
