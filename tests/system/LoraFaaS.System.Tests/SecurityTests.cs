using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using OpenAI;
using OpenAI.Chat;

namespace LoraFaaS.SystemTests;

/// <summary>The whole platform with keys asked for: who has a right one is served, whoever has not is told so, and what was done is on record.</summary>
public sealed class SecurityTests : IAsyncLifetime
{
    private readonly TempFolder _data = new();
    private RunningPlatform _platform = null!;

    public async ValueTask InitializeAsync() => _platform = await RunningPlatform.StartAsync(_data.Path, "--demo", "--require-api-keys");

    public async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task Keys_secrets_and_their_record()
    {
        await RightWrongAndExpiredKeysAsync();
        await RotationAndScopeAsync();
        await SecretsAsFaasCliHandlesThemAsync();
        await TheRecordAsync();
    }

    private async Task RightWrongAndExpiredKeysAsync()
    {
        var (prompt, expected) = DemoData.First("en-fr");
        var right = (await RunAsync(null, "key", "create", "robot")).Trim();
        var (_, shortLived) = await IssueAsync(new { name = "short", expiresAt = DateTimeOffset.UtcNow.AddSeconds(6) });

        ChatCompletion completion = await Chat(right).CompleteChatAsync([new UserChatMessage(prompt)], new ChatCompletionOptions { Temperature = 0 });
        Assert.Equal(expected, completion.Content[0].Text);
        Assert.Equal(401, await ChatStatusAsync("sk-anything"));
        Assert.Equal(401, await ChatStatusAsync(right[..^2] + "xx"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await _platform.InvokeAsync("en-fr", prompt)).StatusCode);
        await Patience.UntilAsync(async _ => await ChatStatusAsync(shortLived) == 401);

        Assert.Equal(expected, (await RunAsync(null, "invoke", "en-fr", prompt, "--key", right)).TrimEnd('\n'));

        // Who has the control API's password needs no key.
        Assert.Equal(expected, (await RunAsync(null, "invoke", "en-fr", prompt)).TrimEnd('\n'));
    }

    private async Task RotationAndScopeAsync()
    {
        var (id, first) = await IssueAsync(new { name = "scoped", functions = new[] { "sentiment" } });
        var second = (await RunAsync(null, "key", "rotate", id)).Trim();
        Assert.Equal(403, await ChatStatusAsync(second));
        Assert.Equal(200, await FunctionStatusAsync("sentiment", first));
        Assert.Equal(200, await FunctionStatusAsync("sentiment", second));

        var third = (await RunAsync(null, "key", "rotate", id, "--grace", "0s")).Trim();
        Assert.Equal(401, await FunctionStatusAsync("sentiment", second));
        Assert.Equal(200, await FunctionStatusAsync("sentiment", third));

        await RunAsync(null, "key", "revoke", id);
        Assert.Equal(401, await FunctionStatusAsync("sentiment", third));
    }

    private async Task SecretsAsFaasCliHandlesThemAsync()
    {
        const string Secret = """{"name":"api-token","namespace":"openfaas-fn","value":"the-value-of-it"}""";
        const string Deployment = """{"service":"with-secret","image":"lora://lory-5m/sentiment:latest","secrets":["api-token"]}""";

        Assert.Equal(HttpStatusCode.BadRequest, (await AdminAsync(HttpMethod.Post, "system/functions", Deployment)).Status);
        Assert.Equal(HttpStatusCode.Created, (await AdminAsync(HttpMethod.Post, "system/secrets", Secret)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await AdminAsync(HttpMethod.Post, "system/secrets", Secret)).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await AdminAsync(HttpMethod.Put, "system/secrets", Secret)).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await AdminAsync(HttpMethod.Post, "system/functions", Deployment)).Status);
        Assert.Equal("""[{"name":"api-token","namespace":"openfaas-fn"}]""", (await AdminAsync(HttpMethod.Get, "system/secrets?namespace=openfaas-fn")).Body);
        Assert.Equal(HttpStatusCode.Accepted, (await AdminAsync(HttpMethod.Delete, "system/secrets", """{"name":"api-token","namespace":"openfaas-fn"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AdminAsync(HttpMethod.Delete, "system/secrets", """{"name":"api-token"}""")).Status);

        await RunAsync("typed", "secret", "create", "from-stdin");
        Assert.Equal("from-stdin", (await RunAsync(null, "secret", "list")).Trim());
        await RunAsync(null, "secret", "remove", "from-stdin");
    }

    private async Task TheRecordAsync()
    {
        var text = await RunAsync(null, "audit", "--json", "--limit", "1000");
        var actions = JsonNode.Parse(text)!.AsArray().Select(one => $"{one!["action"]} {one["status"]}").ToList();

        foreach (var expected in (string[])["secret.create 201", "secret.create 409", "secret.delete 202", "key.create 201", "key.rotate 200", "key.revoke 202", "function.deploy 202", "backbone.register 201", "adapter.push 200"])
        {
            Assert.Contains(expected, actions);
        }

        Assert.DoesNotContain("the-value-of-it", text, StringComparison.Ordinal);
        Assert.DoesNotContain("lfk_", text, StringComparison.Ordinal);
    }

    private ChatClient Chat(string key) => new OpenAIClient(
        new ApiKeyCredential(key),
        new OpenAIClientOptions { Endpoint = new Uri(_platform.Gateway, "v1"), RetryPolicy = new ClientRetryPolicy(0) }).GetChatClient("en-fr");

    private async Task<int> ChatStatusAsync(string key)
    {
        try
        {
            return (await Chat(key).CompleteChatAsync([new UserChatMessage("x")], new ChatCompletionOptions { MaxOutputTokenCount = 1 })).GetRawResponse().Status;
        }
        catch (ClientResultException refused)
        {
            return refused.Status;
        }
    }

    private async Task<int> FunctionStatusAsync(string function, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"function/{function}") { Content = new StringContent("good") };
        request.Headers.Authorization = new("Bearer", key);
        using var response = await _platform.Http.SendAsync(request);
        return (int)response.StatusCode;
    }

    private async Task<(string Id, string Text)> IssueAsync<T>(T body)
    {
        var (status, text) = await AdminAsync(HttpMethod.Post, "api/v1/keys", JsonSerializer.Serialize(body));
        Assert.Equal(HttpStatusCode.Created, status);
        var issued = JsonNode.Parse(text)!;
        return ((string)issued["key"]!["id"]!, (string)issued["text"]!);
    }

    private async Task<(HttpStatusCode Status, string Body)> AdminAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = _platform.Basic;
        using var response = await _platform.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<string> RunAsync(string? input, params string[] arguments)
    {
        var result = await LorafaasCommand.RunAsync(_data.Path, input, arguments);
        Assert.True(result.ExitCode == 0, $"{string.Join(' ', arguments)}: {result.ExitCode} {result.Errors}");
        return result.Output;
    }
}
