using System.Text.Json.Nodes;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Protocol.Control;
using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.Controller.Tests.Api;

public sealed class ApiKeysApiTests(DemoController demo) : IClassFixture<DemoController>
{
    private readonly ControllerUnderTest _controller = demo.Controller;

    [Fact]
    public async Task A_key_is_shown_once_and_only_its_hash_is_kept()
    {
        var (id, text) = await IssueAsync("""{"name":"robot","functions":["sql"],"limits":{"requestsPerMinute":5}}""");

        Assert.Equal(id, ApiKeyText.IdIn(text).ToString());
        var listed = await _controller.AskAsync(HttpMethod.Get, "/api/v1/keys");
        Assert.Contains(id, listed.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(text[25..], listed.Body, StringComparison.Ordinal);
        var stored = await _controller.Services.GetRequiredService<IApiKeyStore>().FindAsync(new ApiKeyId(id), CancellationToken.None);
        Assert.Equal(Convert.ToHexStringLower(ApiKeyText.Hash(text)), Assert.Single(stored!.Secrets).Hash);
    }

    [Fact]
    public async Task A_rotation_leaves_at_most_two_texts_alive_and_a_revocation_none()
    {
        var (id, _) = await IssueAsync("""{"name":"turning"}""");

        Assert.Equal(2, await RotateAsync(id, """{"graceSeconds":60}"""));
        Assert.Equal(2, await RotateAsync(id, "{}"));
        Assert.Equal(1, await RotateAsync(id, """{"graceSeconds":0}"""));
        Assert.Equal(202, (await _controller.AskAsync(HttpMethod.Delete, $"/api/v1/keys/{id}")).Status);
        Assert.Equal(404, (await _controller.AskAsync(HttpMethod.Delete, $"/api/v1/keys/{id}")).Status);
        Assert.Equal(404, (await _controller.AskAsync(HttpMethod.Post, $"/api/v1/keys/{id}/rotate", "{}")).Status);
    }

    [Theory]
    [InlineData("""{}""", "name")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":"a","namespace":"unknown"}""", "namespace")]
    [InlineData("""{"name":"a","functions":["Not a name"]}""", "functions")]
    [InlineData("""{"name":"a","functions":[null]}""", "functions")]
    [InlineData("""{"name":"a","limits":{"maxConcurrent":-1}}""", "limits.maxConcurrent")]
    [InlineData("""{"name":"a","expiresAt":"2001-01-01T00:00:00Z"}""", "expiresAt")]
    [InlineData("""{"name":"a","expiresAt":"soon"}""", "expiresAt")]
    public async Task What_is_wrong_is_400_and_named(string body, string field)
    {
        var (status, text) = await _controller.AskAsync(HttpMethod.Post, "/api/v1/keys", body);

        Assert.Equal(400, status);
        Assert.Equal(field, (string?)JsonNode.Parse(text)!["field"]);
    }

    [Fact]
    public async Task Gateways_learn_of_keys_and_locked_namespaces_by_the_route_watch()
    {
        using var patience = new CancellationTokenSource(TestKit.Time.Patience.Limit);
        await using var updates = _controller.Control.WatchRoutesAsync(new WatchRoutesRequest { GatewayId = "g" }, patience.Token).GetAsyncEnumerator(patience.Token);
        var watched = new WatchedRoutes(updates);
        await watched.UntilAsync(_ => true);

        var (id, text) = await IssueAsync("""{"name":"watched","functions":["sql"],"limits":{"requestsPerMinute":5,"tokensPerMinute":6,"maxConcurrent":7}}""");
        await watched.UntilAsync(known => known.Access.Keys.Any(key => key.Id == id));
        var wire = watched.Access.Keys.Single(key => key.Id == id);
        Assert.Equal((5, 6, 7), (wire.RequestsPerMinute, wire.TokensPerMinute, wire.MaxConcurrent));
        Assert.Equal(["sql"], wire.Functions);
        Assert.Equal(ApiKeyText.Hash(text), Assert.Single(wire.Secrets).Hash.ToByteArray());

        Assert.Equal(202, (await _controller.AskAsync(HttpMethod.Delete, $"/api/v1/keys/{id}")).Status);
        await watched.UntilAsync(known => known.Access.Keys.All(key => key.Id != id));

        await _controller.AskAsync(HttpMethod.Post, "/system/namespace/", """{"name":"closed","annotations":{"lorafaas.io/require-api-key":"true"}}""");
        await watched.UntilAsync(known => known.Access.LockedNamespaces.Contains("closed"));
        await _controller.AskAsync(HttpMethod.Put, "/system/namespace/closed", """{"name":"closed"}""");
        await watched.UntilAsync(known => !known.Access.LockedNamespaces.Contains("closed"));
    }

    private async Task<(string Id, string Text)> IssueAsync(string body)
    {
        var (status, text) = await _controller.AskAsync(HttpMethod.Post, "/api/v1/keys", body);
        Assert.True(status == 201, text);
        var issued = JsonNode.Parse(text)!;
        return ((string)issued["key"]!["id"]!, (string)issued["text"]!);
    }

    private async Task<int> RotateAsync(string id, string body)
    {
        var (status, text) = await _controller.AskAsync(HttpMethod.Post, $"/api/v1/keys/{id}/rotate", body);
        Assert.True(status == 200, text);
        return (int)JsonNode.Parse(text)!["key"]!["liveSecrets"]!;
    }
}
