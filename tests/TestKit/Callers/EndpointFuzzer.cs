using System.Net.Http.Headers;
using System.Text;
using LoraFaaS.TestKit.Files;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.TestKit.Callers;

/// <summary>Mutated requests to every endpoint that a host has mapped, as its own routing knows them: one that is added is among them without anybody thinking of it.</summary>
/// <param name="random">Seeded: the same makes the same requests.</param>
/// <param name="names">What parameters of paths may say; among them what is there, and what is not.</param>
/// <param name="bodies">Good ones. What an endpoint does not know it passes over, so that one body may be for many.</param>
public sealed class EndpointFuzzer(Random random, IReadOnlyList<string> names, IReadOnlyList<string> bodies)
{
    private static readonly string[] HostileNames = ["a%00b", "%ff%fe", "..%2f..%2fetc%2fpasswd", "%2e%2e", "a%20b", "-", ".", new('x', 300), "%F0%9F%98%80", "a;b", "@", "9223372036854775808"];
    private static readonly string[] Parameters = ["namespace", "since", "limit", "before", "tail", "name", "usage", "max_tokens", "seed", "tag", "instance"];
    private static readonly string[] Values = ["openfaas-fn", "2030-01-01T00:00:00Z", "5", "-1", "nobody", "1"];
    private static readonly string[] Types = ["application/json", "text/plain", "application/octet-stream", "application/cloudevents+json", "application/grpc", "a/b"];
    private static readonly string[] Accepts = ["*/*", "text/event-stream", ",,;;q=", "application/json", "application/cloudevents+json"];

    /// <summary>Each method of each endpoint of a host that has started.</summary>
    public static IReadOnlyList<(string Method, RoutePattern Path)> EndpointsOf(IServiceProvider services) =>
    [
        .. services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"]).Select(method => (method, endpoint.RoutePattern))),
    ];

    /// <summary>One request to it.</summary>
    public HttpRequestMessage Create(string method, RoutePattern path)
    {
        ArgumentNullException.ThrowIfNull(path);

        var request = new HttpRequestMessage(new HttpMethod(method), new Uri("/" + string.Join('/', path.PathSegments.Select(Segment)).TrimStart('/') + Query(), UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Accept", Accepts[random.Next(Accepts.Length)]);

        if (bodies.Count > 0 && (method is not ("GET" or "HEAD") || random.Next(8) == 0))
        {
            var body = bodies[random.Next(bodies.Count)];
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(random.Next(4) == 0 ? body : MutatedText.Create(random, body)));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(Types[random.Next(2) == 0 ? 0 : random.Next(Types.Length)]);
        }

        return request;
    }

    private string Segment(RoutePatternPathSegment segment) => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        _ => Name(),
    }));

    private string Name() => random.Next(3) switch
    {
        0 => HostileNames[random.Next(HostileNames.Length)],
        1 => Uri.EscapeDataString(MutatedText.Create(random, names[random.Next(names.Count)])),
        _ => names[random.Next(names.Count)],
    };

    private string Query() => random.Next(3) > 0
        ? ""
        : "?" + string.Join('&', Enumerable.Range(0, 1 + random.Next(3)).Select(_ =>
            $"{Parameters[random.Next(Parameters.Length)]}={Uri.EscapeDataString(MutatedText.Create(random, Values[random.Next(Values.Length)]))}"));
}
