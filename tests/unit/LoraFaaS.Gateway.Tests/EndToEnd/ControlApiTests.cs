using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LoraFaaS.Gateway.Tests.Fakes;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

public sealed class ControlApiTests
{
    [Theory]
    [InlineData("/system/functions")]
    [InlineData("/system/info")]
    [InlineData("/System/Functions")]
    [InlineData("/api/v1/backbones")]
    [InlineData("/system/no/such/thing")]
    public async Task Without_credentials_the_control_API_is_401(string path)
    {
        await using var gateway = await RunningGateway.StartAsync();

        var response = await gateway.Http.GetAsync(path);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Basic realm=\"Restricted\"", response.Headers.WwwAuthenticate.ToString());
        Assert.Equal("invalid credentials", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("Bearer ")]
    [InlineData("Bearer some.jwt.token")]
    [InlineData("Basic")]
    [InlineData("Basic !!!not-base64!!!")]
    [InlineData("Basic YWRtaW4=")]
    [InlineData("Basic YWRtaW46d3Jvbmc=")]
    [InlineData("Basic cm9vdDpjb3JyZWN0IGhvcnNl")]
    [InlineData("Digest x")]
    [InlineData("nonsense")]
    public async Task Wrong_credentials_are_401_and_never_400(string authorization)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, "/system/functions");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);

        Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.Http.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("GET", "/system/functions?namespace=team-a", "")]
    [InlineData("PUT", "/system/functions", "{\"service\":\"x\"}")]
    [InlineData("DELETE", "/system/functions", "{\"functionName\":\"x\"}")]
    [InlineData("POST", "/system/namespace/", "{}")]
    [InlineData("POST", "/api/v1/backbones", "{}")]
    public async Task With_credentials_a_request_reaches_the_controller_as_it_is(string method, string path, string body)
    {
        await using var gateway = await RunningGateway.StartAsync();

        var response = await gateway.Http.SendAsync(Admin(new HttpMethod(method), path, body));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"{method} {path} {body}", await response.Content.ReadAsStringAsync());
        Assert.Equal(RunningGateway.Token, Header(response, "X-Token"));
        Assert.Equal("admin", Header(response, "X-User"));
        Assert.Equal("", Header(response, "X-Authorization"));
    }

    [Fact]
    public async Task An_upload_larger_than_an_invocation_may_be_passes()
    {
        await using var gateway = await RunningGateway.StartAsync("--Gateway:MaxBodyBytes", "1024");

        var response = await gateway.Http.SendAsync(Admin(HttpMethod.Put, "/api/v1/adapters/lory-5m/x", new string('a', 200_000)));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Contains(new string('a', 200_000), await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_deploys_and_then_calls_finds_what_was_deployed()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var worker = await gateway.AddWorkerAsync("w1");
        await gateway.PublishAsync([], worker);
        var update = new Protocol.Control.RouteUpdate { Version = gateway.Board.Table.Version + 1 };
        update.Upserts.Add(Given.Route("fresh", placements: ("w1", Contracts.Units.StorageTier.Device)));
        gateway.Controller.OnRest = _ => gateway.Controller.Publish(update);

        var deployed = await gateway.Http.SendAsync(Admin(HttpMethod.Put, "/system/functions", "{}"));
        var called = await gateway.InvokeAsync("x", "/function/fresh");

        Assert.Equal(HttpStatusCode.Accepted, deployed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, called.StatusCode);
    }

    [Fact]
    public async Task Who_issues_a_key_and_then_calls_is_let_in()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(null, "--Gateway:RequireApiKeys", "true");
        await using var __ = gateway;
        var ring = new KeyRing();
        var key = ring.Add();
        var update = ring.Update();
        update.Version = gateway.Board.Table.Version + 1;
        gateway.Controller.OnRest = _ => gateway.Controller.Publish(update);

        var issued = await gateway.Http.SendAsync(Admin(HttpMethod.Post, "/api/v1/keys", "{}"));
        using var call = new HttpRequestMessage(HttpMethod.Post, "/function/echo") { Content = new StringContent("x") };
        call.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);

        Assert.Equal(HttpStatusCode.Accepted, issued.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await gateway.Http.SendAsync(call)).StatusCode);
    }

    [Theory]
    [InlineData("/system/functions")]
    [InlineData("/system/logs?name=echo&follow=1")]
    public async Task A_controller_that_takes_a_request_and_says_nothing_is_504(string path)
    {
        await using var gateway = await RunningGateway.StartAsync("--Gateway:ControllerTimeout", "00:00:00.300");
        gateway.Controller.RestAnswer = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);

        var response = await gateway.Http.SendAsync(Admin(HttpMethod.Get, path, ""));

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Contains("the controller has not answered for 0.3 s", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_controller_is_away_it_is_503_in_one_line()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.Controller.DisposeAsync();

        var response = await gateway.Http.SendAsync(Admin(HttpMethod.Get, "/system/functions", ""));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("the controller cannot be reached; try again shortly\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public void Before_the_first_route_table_the_door_is_not_ready()
    {
        var board = new Gateway.Routing.RouteBoard(TimeProvider.System);
        var health = new Gateway.Routing.RouteHealth(board);

        Assert.False(health.Read().IsHealthy);
        board.Publish(Gateway.Routing.RouteTable.Empty);
        Assert.True(health.Read().IsHealthy);
    }

    private static HttpRequestMessage Admin(HttpMethod method, string path, string body)
    {
        var request = new HttpRequestMessage(method, path);

        if (body.Length > 0)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:" + RunningGateway.Password)));
        return request;
    }

    private static string Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(",", values) : "";
}
