using System.Net;
using System.Text.RegularExpressions;
using Google.Protobuf;
using LoraFaaS.Protocol.Data;
using LoraFaaS.ServiceDefaults.Trust;
using LoraFaaS.TestKit.Files;
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
    public async Task A_proof_opens_for_its_own_address_and_body_and_is_answered_with_one()
    {
        using var folder = new TempFolder();
        await using var worker = await WorkerUnderTest.StartAsync(folder, null);
        using var stranger = new HttpClient { BaseAddress = worker.Http.BaseAddress };
        var token = worker.Get<InternalToken>();
        var authority = worker.Http.BaseAddress!.Authority;
        var body = new GenerateRequest { CallId = "1" }.ToByteArray();
        var right = CallProof.Create(token, authority, body);

        using var opened = await SendAsync(right, body);
        Assert.NotEqual(HttpStatusCode.Unauthorized, opened.StatusCode);
        Assert.True(CallProof.IsAnswer(token, right, Assert.Single(opened.Headers.GetValues(CallProof.HeaderName))));

        foreach (var wrong in (string[])
        [
            "", "x", right[..^1], right[..^1] + (right[^1] == 'a' ? 'b' : 'a'), new string('0', 64) + right[64..], right.ToUpperInvariant() + " ",
            CallProof.Create(token, "127.0.0.1:1", body), CallProof.Create(new InternalToken(new string('x', 48)), authority, body), CallProof.Answer(token, right),
        ])
        {
            using var refused = await SendAsync(wrong, body);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        using var other = await SendAsync(right, new GenerateRequest { CallId = "2" }.ToByteArray());
        Assert.Equal(HttpStatusCode.BadRequest, other.StatusCode);
        Assert.Contains("vouched", await other.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        async Task<HttpResponseMessage> SendAsync(string proof, byte[] bytes)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "v1/generate") { Content = new ByteArrayContent(bytes) };
            request.Headers.TryAddWithoutValidation(CallProof.HeaderName, proof);
            return await stranger.SendAsync(request);
        }
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
