using System.Net;
using System.Text.RegularExpressions;
using LoraFaaS.Controller.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.Controller.Tests.Api;

/// <summary>The table of routes is the program's own: a route that somebody adds is in this test by itself.</summary>
public sealed partial class InternalRoutesTests(DemoController demo) : IClassFixture<DemoController>
{
    private readonly ControllerUnderTest _controller = demo.Controller;

    [Fact]
    public async Task Every_route_but_health_refuses_who_has_no_token()
    {
        var routes = _controller.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.True(routes.Count > 25, $"{routes.Count} routes");

        foreach (var route in routes)
        {
            var path = Parameter().Replace("/" + route.RoutePattern.RawText!.TrimStart('/'), "x");
            var methods = route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } known ? known : ["GET", "POST"];

            foreach (var method in methods)
            {
                using var bare = new HttpRequestMessage(new HttpMethod(method), path);
                using var wrong = new HttpRequestMessage(new HttpMethod(method), path);
                wrong.Headers.Add("X-Lorafaas-Token", new string('x', 48));
                wrong.Headers.Add("X-Lorafaas-User", "admin");
                using var first = await _controller.Stranger.SendAsync(bare);
                using var second = await _controller.Stranger.SendAsync(wrong);
                var expected = path == "/healthz" ? HttpStatusCode.OK : HttpStatusCode.Unauthorized;

                Assert.True(first.StatusCode == expected && second.StatusCode == expected, $"{method} {path}: {first.StatusCode}, {second.StatusCode}");
            }
        }
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Parameter();
}
