using System.Net;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using LoraFaaS.SystemTests.Platform;

namespace LoraFaaS.SystemTests;

/// <summary>What a caller of <c>/function/…</c> sees.</summary>
[Collection(DemoGroup.Name)]
public sealed class FunctionDoorTests(DemoPlatform demo)
{
    private RunningPlatform Platform => demo.Running;

    [Fact]
    public async Task A_plain_post_is_answered_with_the_generated_text_alone()
    {
        var (prompt, expected) = DemoData.First("sql");

        using var response = await Platform.InvokeAsync("sql", prompt);

        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.NotEmpty(response.Headers.GetValues("X-Call-Id"));
        Assert.True(long.Parse(response.Headers.GetValues("X-Start-Time").Single(), System.Globalization.CultureInfo.InvariantCulture) > 1e18);
        Assert.NotEmpty(response.Headers.GetValues("X-Duration-Seconds"));
    }

    [Fact]
    public async Task A_json_body_may_ask_for_json()
    {
        var (prompt, expected) = DemoData.First("ticket-router");
        var body = JsonSerializer.Serialize(new { prompt, response_format = new { type = "json_object" } });
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await Platform.Http.PostAsync(new Uri("function/ticket-router", UriKind.Relative), content);

        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_namespace_suffix_of_faas_cli_is_the_default()
    {
        var (prompt, expected) = DemoData.First("sentiment");

        Assert.Equal(expected, await Platform.AnswerAsync("sentiment.openfaas-fn", prompt));
    }

    [Fact]
    public async Task Tokens_stream_as_events_and_add_up_to_the_answer()
    {
        var (prompt, expected) = DemoData.First("en-fr");
        using var response = await Platform.InvokeAsync("en-fr", prompt, "text/event-stream");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);

        var text = new StringBuilder();
        var pieces = 0;
        string? done = null;

        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            using var data = JsonDocument.Parse(item.Data);

            if (item.EventType == "token")
            {
                pieces++;
                text.Append(data.RootElement.GetProperty("text").GetString());
            }

            done = item.EventType == "done" ? data.RootElement.GetProperty("finish_reason").GetString() : done;
        }

        Assert.Equal(expected, text.ToString());
        Assert.True(pieces > 1, "one event is not a stream");
        Assert.Equal("stop", done);
    }

    [Theory]
    [InlineData("function/no-such-function", HttpStatusCode.NotFound)]
    [InlineData("function/.openfaas-fn", HttpStatusCode.NotFound)]
    [InlineData("function/sentiment.no-such-namespace", HttpStatusCode.NotFound)]
    [InlineData("no/such/route", HttpStatusCode.NotFound)]
    public async Task An_unknown_name_is_not_found(string path, HttpStatusCode expected)
    {
        using var content = new StringContent("x");
        using var response = await Platform.Http.PostAsync(path, content);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task A_prompt_longer_than_the_context_is_refused_and_nothing_breaks()
    {
        using var response = await Platform.InvokeAsync("sentiment", string.Concat(Enumerable.Repeat("the soup was cold ", 2_000)));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("512", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await AssertStillServesAsync();
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_and_nothing_breaks()
    {
        using var response = await Platform.InvokeAsync("sentiment", new string('x', 9 << 20));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        await AssertStillServesAsync();
    }

    [Fact]
    public async Task Bytes_that_are_not_text_are_refused_and_nothing_breaks()
    {
        using var content = new ByteArrayContent([0xff, 0xfe, 0xc3, 0x28]);
        using var response = await Platform.Http.PostAsync("function/sentiment", content);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        await AssertStillServesAsync();
    }

    [Fact]
    public async Task A_caller_who_leaves_frees_his_place()
    {
        for (var round = 0; round < 40; round++)
        {
            using var gone = new CancellationTokenSource();
            using var request = new HttpRequestMessage(HttpMethod.Post, "function/lory-5m?max_tokens=400") { Content = new StringContent("Once upon a time") };
            request.Headers.Accept.ParseAdd("text/event-stream");
            using var response = await Platform.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, gone.Token);
            await gone.CancelAsync();
        }

        await AssertStillServesAsync();
    }

    [Fact]
    public async Task The_hosts_show_metrics_and_health()
    {
        await AssertStillServesAsync();
        var gateway = await Platform.Http.GetStringAsync("metrics");

        Assert.Contains("gateway_function_invocation_total{", gateway, StringComparison.Ordinal);
        Assert.Contains("sentiment.openfaas-fn", gateway, StringComparison.Ordinal);
        Assert.Contains("gateway_service_count{function_name=\"sentiment.openfaas-fn\"}", gateway, StringComparison.Ordinal);
        using var health = await Platform.Http.GetAsync("healthz");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    private async Task AssertStillServesAsync()
    {
        var (prompt, expected) = DemoData.First("sentiment");
        Assert.Equal(expected, await Platform.AnswerAsync("sentiment", prompt));
    }
}
