using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Text;
using System.Text.Json;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Protocol.Data;
using OpenAI;
using OpenAI.Chat;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>The official .NET client against the real gateway.</summary>
public sealed class OpenAiClientTests
{
    [Fact]
    public async Task Chat_answers_whole()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        var completion = (await Client(gateway).GetChatClient("echo").CompleteChatAsync(
            [new SystemChatMessage("be brief"), new UserChatMessage("hello")],
            new ChatCompletionOptions { MaxOutputTokenCount = 4, Temperature = 0, StopSequences = { "END" } })).Value;

        Assert.Equal("0 1 2 3 ", completion.Content[0].Text);
        Assert.Equal(ChatFinishReason.Length, completion.FinishReason);
        Assert.Equal("echo", completion.Model);
        Assert.Equal(5, completion.Usage.InputTokenCount);
        Assert.Equal(4, completion.Usage.OutputTokenCount);
        Assert.Equal(9, completion.Usage.TotalTokenCount);
        Assert.Equal(2, completion.Usage.InputTokenDetails.CachedTokenCount);
        var request = Assert.Single(worker.Exchanges).Request;
        Assert.Equal(["system", "user"], request.Prompt.Chat.Messages.Select(message => message.Role));
        Assert.Equal(["END"], request.Sampling.Stop);
        Assert.False(request.Stream);
    }

    [Fact]
    public async Task Chat_streams_with_usage_at_the_end()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;
        var text = new StringBuilder();
        var finishes = new List<ChatFinishReason>();
        ChatTokenUsage? usage = null;

        await foreach (var update in Client(gateway).GetChatClient("echo.openfaas-fn").CompleteChatStreamingAsync([new UserChatMessage("hello")]))
        {
            foreach (var part in update.ContentUpdate)
            {
                text.Append(part.Text);
            }

            finishes.AddRange(update.FinishReason is { } reason ? [reason] : []);
            usage = update.Usage ?? usage;
        }

        Assert.Equal("0 1 2 3 4 5 ", text.ToString());
        Assert.Equal([ChatFinishReason.Stop], finishes);
        Assert.Equal(11, usage!.TotalTokenCount);
        Assert.True(Assert.Single(worker.Exchanges).Request.Stream);
        Assert.Equal(64, worker.Exchanges.First().Request.Sampling.MaxTokens);
    }

    [Fact]
    public async Task An_unknown_model_is_404_also_when_streaming()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;
        var chat = Client(gateway).GetChatClient("nobody");

        var whole = await Assert.ThrowsAsync<ClientResultException>(() => chat.CompleteChatAsync([new UserChatMessage("x")]));
        var streamed = await Assert.ThrowsAsync<ClientResultException>(async () =>
        {
            await foreach (var update in chat.CompleteChatStreamingAsync([new UserChatMessage("x")]))
            {
                Assert.Fail("nothing should come");
            }
        });

        Assert.Equal(404, whole.Status);
        Assert.Equal(404, streamed.Status);
        Assert.Contains("model_not_found", whole.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_are_functions_and_backbones()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await gateway.PublishAsync([Given.Route("echo"), Given.Route("echo", "team-a"), Given.BackboneRoute("lory_5m.base")]);

        var models = (await Client(gateway).GetOpenAIModelClient().GetModelsAsync()).Value;
        var one = await gateway.Http.GetAsync("/v1/models/lory_5m.base");
        var none = await gateway.Http.GetAsync("/v1/models/no%2Fsuch");

        Assert.Equal(["echo", "echo.team-a", "lory_5m.base"], models.Select(model => model.Id));
        using var entry = JsonDocument.Parse(await one.Content.ReadAsStringAsync());
        Assert.Equal(JsonValueKind.Null, entry.RootElement.GetProperty("parent").ValueKind);
        Assert.Equal(512, entry.RootElement.GetProperty("max_model_len").GetInt32());
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        Assert.Contains("no/such", await none.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Completions_fan_out_prompts_times_n()
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync();
        await using var _ = gateway;

        var response = await gateway.PostJsonAsync("/v1/completions", """{"model":"echo","prompt":["a","b"],"n":2,"seed":7,"temperature":1,"max_tokens":3}""");

        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var choices = answer.RootElement.GetProperty("choices").EnumerateArray().ToArray();
        Assert.Equal([0, 1, 2, 3], choices.Select(choice => choice.GetProperty("index").GetInt32()));
        Assert.All(choices, choice => Assert.Equal("0 1 2 ", choice.GetProperty("text").GetString()));
        Assert.Equal(10, answer.RootElement.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(12, answer.RootElement.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.Equal(
            [("a", 7L), ("a", 8L), ("b", 7L), ("b", 8L)],
            worker.Exchanges.Select(exchange => (exchange.Request.Prompt.RawText, exchange.Request.Sampling.Seed)).Order());
    }

    /// <summary>The seeds are the first's and those after it, so that the script can tell the candidates apart: the second is the likelier one of each prompt, though its sum is less.</summary>
    [Theory]
    [InlineData("", false)]
    [InlineData(""","logprobs":1""", true)]
    public async Task The_likeliest_of_the_candidates_is_the_answer(string more, bool shows)
    {
        var (gateway, worker) = await RunningGateway.StartWarmAsync(async exchange =>
        {
            var (name, asked) = ($"{exchange.Request.Prompt.RawText}{exchange.Request.Sampling.Seed}", exchange.Request.Sampling);
            var isLikely = asked.Seed == 8;
            var tokens = Given.Tokens(name, isLikely ? [1, 2] : [1]);
            tokens.Tokens.Logprobs.Add(Enumerable.Range(0, tokens.Tokens.Ids.Count).Select(_ => new TokenLogprob { Token = Google.Protobuf.ByteString.CopyFromUtf8(name), Logprob = isLikely ? -0.5f : -0.75f }));
            await exchange.SendAsync(Given.Started(), tokens, Given.Finished(tokens.Tokens.Ids.Count));
        });
        await using var _ = gateway;

        var response = await gateway.PostJsonAsync("/v1/completions", $$"""{"model":"echo","prompt":["a","b"],"best_of":3,"seed":7,"temperature":1{{more}}}""");

        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var choices = answer.RootElement.GetProperty("choices").EnumerateArray().ToArray();
        Assert.Equal([(0, "a8"), (1, "b8")], choices.Select(choice => (choice.GetProperty("index").GetInt32(), choice.GetProperty("text").GetString())));
        Assert.All(choices, choice => Assert.Equal(shows ? JsonValueKind.Object : JsonValueKind.Null, choice.GetProperty("logprobs").ValueKind));
        Assert.Equal((10, 8), (answer.RootElement.GetProperty("usage").GetProperty("prompt_tokens").GetInt32(), answer.RootElement.GetProperty("usage").GetProperty("completion_tokens").GetInt32()));
        Assert.Equal(6, worker.Exchanges.Count);
    }

    [Fact]
    public async Task Streamed_choices_each_finish_once()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        var response = await gateway.PostJsonAsync(
            "/v1/chat/completions", """{"model":"echo","messages":[{"role":"user","content":"x"}],"n":3,"stream":true,"stream_options":{"include_usage":true}}""");
        var lines = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("data: [DONE]", lines[^1]);
        Assert.Contains("\"usage\":{", lines[^2], StringComparison.Ordinal);
        Assert.Equal(3, lines.Count(line => line.Contains("\"finish_reason\":\"stop\"", StringComparison.Ordinal)));
        Assert.Equal(3, lines.Count(line => line.Contains("\"role\":\"assistant\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"echo","messages":[{"role":"user","content":"x"}],"temperature":9}""", "temperature")]
    [InlineData("/v1/completions", """{"model":"echo"}""", "prompt")]
    [InlineData("/v1/completions", "{", null)]
    public async Task A_bad_request_is_400_with_its_param(string path, string json, string? param)
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync();
        await using var __ = gateway;

        var response = await gateway.PostJsonAsync(path, json);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var error = answer.RootElement.GetProperty("error");
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.True(response.Headers.Contains("x-request-id"));
    }

    [Fact]
    public async Task A_prompt_that_is_too_long_is_400_context_length_exceeded()
    {
        var (gateway, _) = await RunningGateway.StartWarmAsync(exchange => exchange.RefuseAsync(400, "context_length_exceeded", "600 tokens do not fit 512"));
        await using var __ = gateway;

        var failure = await Assert.ThrowsAsync<ClientResultException>(() => Client(gateway).GetChatClient("echo").CompleteChatAsync([new UserChatMessage("x")]));

        Assert.Equal(400, failure.Status);
        Assert.Contains("context_length_exceeded", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_choice_that_fails_stops_the_others()
    {
        var (running, stopped) = (0, 0);
        var (gateway, _) = await RunningGateway.StartWarmAsync(async exchange =>
        {
            if (exchange.Request.Sampling.Seed == 1)
            {
                // A choice that has not reached its worker yet is dropped at the door and has nothing to stop: fail when both others run.
                await TestKit.Time.Patience.UntilAsync(() => Volatile.Read(ref running) == 2);
                await exchange.RefuseAsync(400, "invalid_request", "no");
                return;
            }

            Interlocked.Increment(ref running);

            try
            {
                await Task.Delay(Timeout.Infinite, exchange.Aborted);
            }
            finally
            {
                Interlocked.Increment(ref stopped);
            }
        });
        await using var __ = gateway;

        var response = await gateway.PostJsonAsync("/v1/completions", """{"model":"echo","prompt":"a","n":3,"seed":1,"temperature":1}""");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        await TestKit.Time.Patience.UntilAsync(() => Volatile.Read(ref stopped) == 2);
    }

    private static OpenAIClient Client(RunningGateway gateway) => new(
        new ApiKeyCredential("anything"),
        new OpenAIClientOptions { Endpoint = new Uri(gateway.Url, "/v1"), RetryPolicy = new ClientRetryPolicy(0) });
}
