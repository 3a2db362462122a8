using System.ClientModel;
using LoraFaaS.SystemTests.Platform;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Models;

namespace LoraFaaS.SystemTests;

/// <summary>The official OpenAI client for .NET, unmodified, against the whole platform.</summary>
[Collection(DemoGroup.Name)]
public sealed class OpenAiDotnetClientTests(DemoPlatform demo)
{
    private OpenAIClient Client => new(
        new ApiKeyCredential("any"),
        new OpenAIClientOptions { Endpoint = new Uri(demo.Running.Gateway, "v1") });

    [Fact]
    public async Task Every_function_and_the_backbone_are_models()
    {
        OpenAIModelCollection models = await Client.GetOpenAIModelClient().GetModelsAsync();

        var ids = models.Select(model => model.Id).ToList();
        Assert.Contains("lory-5m", ids);
        Assert.All(DemoData.Accuracy.Keys, name => Assert.Contains(name, ids));
    }

    [Fact]
    public async Task A_chat_is_completed_with_usage()
    {
        var (prompt, expected) = DemoData.First("en-fr");

        ChatCompletion completion = await Client.GetChatClient("en-fr").CompleteChatAsync([new UserChatMessage(prompt)], new ChatCompletionOptions { Temperature = 0 });

        Assert.Equal(expected, completion.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, completion.FinishReason);
        Assert.True(completion.Usage.InputTokenCount > 0);
        Assert.Equal(completion.Usage.TotalTokenCount, completion.Usage.InputTokenCount + completion.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task A_chat_streams_to_the_same_text()
    {
        var (prompt, expected) = DemoData.First("sql");
        var text = "";
        ChatFinishReason? reason = null;

        await foreach (var update in Client.GetChatClient("sql").CompleteChatStreamingAsync([new UserChatMessage(prompt)]))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            reason = update.FinishReason ?? reason;
        }

        Assert.Equal(expected, text);
        Assert.Equal(ChatFinishReason.Stop, reason);
    }

    [Fact]
    public async Task Max_tokens_is_exact_and_said()
    {
        ChatCompletion completion = await Client.GetChatClient("lory-5m").CompleteChatAsync(
            [new UserChatMessage("Once upon a time")], new ChatCompletionOptions { MaxOutputTokenCount = 5, Temperature = 0 });

        Assert.Equal(ChatFinishReason.Length, completion.FinishReason);
        Assert.Equal(5, completion.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task A_stop_string_ends_the_text_before_itself()
    {
        var (prompt, expected) = DemoData.First("sql");
        var stop = expected.Split(' ')[2];
        var options = new ChatCompletionOptions();
        options.StopSequences.Add(stop);

        ChatCompletion completion = await Client.GetChatClient("sql").CompleteChatAsync([new UserChatMessage(prompt)], options);

        Assert.Equal(expected[..expected.IndexOf(stop, StringComparison.Ordinal)], completion.Content[0].Text);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_text()
    {
#pragma warning disable OPENAI001 // The client marks the seed as experimental; ours is not.
        var options = new ChatCompletionOptions { Temperature = 1.2f, Seed = 7, MaxOutputTokenCount = 24 };
#pragma warning restore OPENAI001
        var chat = Client.GetChatClient("lory-5m");

        ChatCompletion first = await chat.CompleteChatAsync([new UserChatMessage("Tell me a story.")], options);
        ChatCompletion second = await chat.CompleteChatAsync([new UserChatMessage("Tell me a story.")], options);

        Assert.Equal(first.Content.Count > 0 ? first.Content[0].Text : "", second.Content.Count > 0 ? second.Content[0].Text : "");
    }

    [Fact]
    public async Task A_json_schema_holds_the_answer_of_adapter_and_backbone_alike()
    {
        var schema = BinaryData.FromString(
            """{"type":"object","properties":{"queue":{"type":"string","minLength":3,"maxLength":16},"priority":{"enum":["low","normal","high","urgent"]}},"required":["queue","priority"],"additionalProperties":false}""");
        var options = new ChatCompletionOptions { Temperature = 0, ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("ticket", schema, jsonSchemaIsStrict: true) };
        var (prompt, expected) = DemoData.First("ticket-router");

        ChatCompletion trained = await Client.GetChatClient("ticket-router").CompleteChatAsync([new UserChatMessage(prompt)], options);
        ChatCompletion bare = await Client.GetChatClient("lory-5m").CompleteChatAsync([new UserChatMessage(prompt)], options);

        Assert.Equal(expected, trained.Content[0].Text);
        using var parsed = System.Text.Json.JsonDocument.Parse(bare.Content[0].Text);
        Assert.Equal(["queue", "priority"], parsed.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal(ChatFinishReason.Stop, bare.FinishReason);
    }

    [Fact]
    public async Task A_prompt_that_comes_again_is_counted_as_cached()
    {
        var prompt = string.Join(' ', Enumerable.Repeat("The parcel of order 11662 has not moved since Saturday.", 5));
        var chat = Client.GetChatClient("ticket-router");

        ChatCompletion first = await chat.CompleteChatAsync([new UserChatMessage(prompt)]);
        ChatCompletion second = await chat.CompleteChatAsync([new UserChatMessage(prompt)]);

        Assert.Equal(first.Content[0].Text, second.Content[0].Text);
        Assert.Equal((first.Usage.InputTokenCount - 1) / 16 * 16, second.Usage.InputTokenDetails.CachedTokenCount);
    }

    [Fact]
    public async Task A_schema_that_cannot_be_kept_is_a_bad_request_by_name()
    {
        var options = new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("odd", BinaryData.FromString("""{"not":{}}""")) };

        var fault = await Assert.ThrowsAsync<ClientResultException>(() => Client.GetChatClient("lory-5m").CompleteChatAsync([new UserChatMessage("x")], options));

        Assert.Equal(400, fault.Status);
        Assert.Contains("not is not supported", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_model_is_not_found()
    {
        var fault = await Assert.ThrowsAsync<ClientResultException>(() => Client.GetChatClient("no-such-model").CompleteChatAsync([new UserChatMessage("x")]));

        Assert.Equal(404, fault.Status);
    }
}
