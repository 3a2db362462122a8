using System.Net;
using System.Text;
using LoraFaaS.Gateway.Tests.Fakes;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

public sealed class KnativeTests
{
    private const string Host = "echo.openfaas-fn.fn.example.com";

    [Theory]
    [InlineData("/")]
    [InlineData("/any/path?max_tokens=6")]
    [InlineData("/system/functions")]
    [InlineData("/v1/models")]
    [InlineData("/healthz")]
    public async Task Every_path_of_a_functions_host_is_the_function(string path)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, "--Gateway:Domain", "fn.example.com");
        await using var __ = gateway;

        var (status, body) = await AskAsync(gateway, HttpMethod.Post, path, Host);

        Assert.Equal((HttpStatusCode.OK, "0 1 2 3 4 5 "), (status, body));
    }

    [Theory]
    [InlineData("nobody.openfaas-fn.fn.example.com", "error finding function nobody.openfaas-fn")]
    [InlineData("echo.other.fn.example.com", "error finding function echo.other")]
    [InlineData("a.b.c.fn.example.com", "404 page not found")]
    public async Task A_host_of_nobody_is_404(string host, string said)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, "--Gateway:Domain", "fn.example.com");
        await using var __ = gateway;

        var (status, body) = await AskAsync(gateway, HttpMethod.Post, "/system/functions", host);

        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.StartsWith(said, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_domain_itself_and_any_host_without_a_domain_are_the_gateways()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, "--Gateway:Domain", "fn.example.com");
        await using var __ = gateway;
        var (plain, ___) = await RunningGateway.StartWarmAsync();
        await using var ____ = plain;

        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(gateway, HttpMethod.Post, "/system/functions", "fn.example.com")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(plain, HttpMethod.Post, "/system/functions", Host)).Status);
    }

    [Theory]
    [InlineData("queue", 200, "queue")]
    [InlineData("activator", 200, "activator")]
    [InlineData("somebody", 400, "unexpected probe header value")]
    public async Task A_network_probe_is_answered_from_readiness(string word, int status, string body)
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync(null, "--Gateway:Domain", "fn.example.com");
        await using var _ = gateway;

        var answer = await AskAsync(gateway, HttpMethod.Get, "/function/echo", Host, ("K-Network-Probe", word));

        Assert.Equal((status, body), ((int)answer.Status, answer.Body));
        Assert.Empty(worker.Exchanges);
    }

    [Theory]
    [InlineData("User-Agent", "kube-probe/1.31")]
    [InlineData("K-Kubelet-Probe", "1")]
    public async Task A_kubelet_probe_is_answered_from_readiness(string header, string value)
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        Assert.Equal(HttpStatusCode.OK, (await AskAsync(gateway, HttpMethod.Get, "/function/echo", "any", (header, value))).Status);
        Assert.Empty(worker.Exchanges);
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(
        RunningGateway gateway, HttpMethod method, string path, string host, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent("x", Encoding.UTF8, "text/plain") };
        request.Headers.Host = host;

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await gateway.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
