using System.Net;
using System.Net.WebSockets;
using System.Text;
using LoraFaaS.Gateway.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>/ui is the console's.</summary>
public sealed class UiTests
{
    [Fact]
    public async Task Requests_reach_the_console_with_our_token_and_without_forged_ones()
    {
        await using var console = await StartConsoleAsync();
        await using var gateway = await RunningGateway.StartAsync("--Gateway:ConsoleUrl", console.Urls.Single(), "--Gateway:RequireApiKeys", "true");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ui/workers?x=1");
        request.Headers.Add("X-Lorafaas-Token", "forged");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.TryAddWithoutValidation("Authorization", "Basic YWRtaW46d3Jvbmc=");

        using var response = await gateway.Http.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal($"/ui/workers?x=1 {RunningGateway.Token} http  {gateway.Url.Authority}", await response.Content.ReadAsStringAsync(Stop));
    }

    [Fact]
    public async Task A_WebSocket_goes_through_both_ways()
    {
        await using var console = await StartConsoleAsync();
        await using var gateway = await RunningGateway.StartAsync("--Gateway:ConsoleUrl", console.Urls.Single());
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{gateway.Url.Authority}/ui/_blazor"), Stop);

        await socket.SendAsync(Encoding.UTF8.GetBytes("hello"), WebSocketMessageType.Text, true, Stop);
        var buffer = new byte[64];
        var got = await socket.ReceiveAsync(buffer, Stop);
        Assert.Equal("hello", Encoding.UTF8.GetString(buffer, 0, got.Count));
    }

    [Fact]
    public async Task The_address_alone_leads_there_also_where_calls_need_a_key()
    {
        await using var console = await StartConsoleAsync();
        await using var gateway = await RunningGateway.StartAsync("--Gateway:ConsoleUrl", console.Urls.Single(), "--Gateway:RequireApiKeys", "true");
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = gateway.Url };

        using var front = await http.GetAsync("/", Stop);
        using var call = await http.PostAsync("/", new StringContent("{}", Encoding.UTF8, "application/json"), Stop);

        Assert.Equal((HttpStatusCode.TemporaryRedirect, "/ui/"), (front.StatusCode, front.Headers.Location?.OriginalString));
        Assert.Equal(HttpStatusCode.Unauthorized, call.StatusCode);
    }

    [Fact]
    public async Task Without_a_console_there_is_no_such_page()
    {
        await using var gateway = await RunningGateway.StartAsync();

        using var response = await gateway.Http.GetAsync("/ui/", Stop);
        using var front = await gateway.Http.GetAsync("/", Stop);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, front.StatusCode);
    }

    [Fact]
    public async Task A_console_that_is_away_is_said_so()
    {
        var console = await StartConsoleAsync();
        var url = console.Urls.Single();
        await console.DisposeAsync();
        await using var gateway = await RunningGateway.StartAsync("--Gateway:ConsoleUrl", url);

        using var response = await gateway.Http.GetAsync("/ui/", Stop);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);

        // A browser asks again by itself.
        Assert.Equal("2", response.Headers.GetValues("Refresh").Single());
        Assert.Contains("console", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task<WebApplication> StartConsoleAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(AnswerAsync);
        await app.StartAsync(Stop);
        return app;
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            var headers = context.Request.Headers;
            await context.Response.WriteAsync(
                $"{context.Request.Path}{context.Request.QueryString} {headers["X-Lorafaas-Token"]} {headers["X-Forwarded-Proto"]} {headers.Authorization} {context.Request.Host}");
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[64];

        try
        {
            while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: WebSocketMessageType.Text } got)
            {
                await socket.SendAsync(buffer.AsMemory(0, got.Count), WebSocketMessageType.Text, true, context.RequestAborted);
            }
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException)
        {
            // The gateway was stopped.
        }
    }
}
