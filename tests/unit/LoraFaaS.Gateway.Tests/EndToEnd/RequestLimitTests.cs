using System.Net;
using LoraFaaS.Gateway.Tests.Fakes;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>The limits that the README states: 1 MiB and 1 000 fields of headers, 8 KiB of request line. (The body's limit: FunctionEndpointTests.)</summary>
public sealed class RequestLimitTests
{
    [Fact]
    public async Task Headers_over_their_limits_are_431_and_below_they_pass()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        Assert.Equal(HttpStatusCode.OK, await WithHeadersAsync(gateway, 1, 900_000));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, await WithHeadersAsync(gateway, 1, 1_100_000));
        Assert.Equal(HttpStatusCode.OK, await WithHeadersAsync(gateway, 900, 10));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, await WithHeadersAsync(gateway, 1_100, 10));
    }

    [Fact]
    public async Task A_request_line_over_8_KiB_is_414()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        Assert.Equal(HttpStatusCode.RequestUriTooLong, (await gateway.InvokeAsync("x", "/function/echo?q=" + new string('a', 9_000))).StatusCode);
    }

    private static async Task<HttpStatusCode> WithHeadersAsync(RunningGateway gateway, int count, int length)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/function/echo") { Content = new StringContent("x") };

        for (var i = 0; i < count; i++)
        {
            request.Headers.TryAddWithoutValidation($"X-Many-{i}", new string('a', length));
        }

        using var response = await gateway.Http.SendAsync(request);
        return response.StatusCode;
    }
}
