using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Controller.Tests.Api;

public sealed class AdaptersApiTests(DemoController demo) : IClassFixture<DemoController>
{
    private static readonly byte[] Config = File.ReadAllBytes(RepositoryRoot.Of("deploy", "demo", "adapters", "sentiment", "adapter_config.json"));
    private static readonly byte[] Weights = File.ReadAllBytes(RepositoryRoot.Of("deploy", "demo", "adapters", "sentiment", "adapter_model.safetensors"));

    private readonly ControllerUnderTest _controller = demo.Controller;

    [Fact]
    public async Task A_pushed_adapter_is_described_and_fetched_by_its_digest()
    {
        var (status, body) = await PushAsync("fetched", Tars.Of(("adapter_config.json", Config), ("adapter_model.safetensors", Weights)), tag: "v1");
        var info = JsonNode.Parse(body)!;
        var digest = (string)info["digest"]!;

        Assert.Equal(200, status);
        Assert.Equal("v1", (string?)info["tag"]);
        Assert.Equal(4, (int?)info["maxRank"]);
        Assert.Equal("""["q_proj","v_proj"]""", info["modules"]!.ToJsonString());

        var content = await _controller.Http.GetByteArrayAsync($"/internal/artifacts/{digest}");
        Assert.Equal((long?)info["bytes"], content.Length);
        Assert.Equal(digest, "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content)));
        Assert.Contains("fetched", (await _controller.AskAsync(HttpMethod.Get, "/api/v1/adapters")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_files_in_another_tar_are_the_same_artifact()
    {
        var (_, first) = await PushAsync("same", Tars.Of(("adapter_config.json", Config), ("adapter_model.safetensors", Weights)));
        var (_, second) = await PushAsync("same", Tars.Of(("run/README.md", [1]), ("run/adapter_model.safetensors", Weights), ("run/adapter_config.json", Config)));

        Assert.Equal((string?)JsonNode.Parse(first)!["digest"], (string?)JsonNode.Parse(second)!["digest"]);
    }

    [Theory]
    [InlineData("use_dora", "true")]
    [InlineData("modules_to_save", """["lm_head"]""")]
    [InlineData("bias", "\"all\"")]
    [InlineData("r", "0")]
    [InlineData("target_modules", """["conv1d"]""")]
    [InlineData("peft_type", "\"IA3\"")]
    public async Task What_is_not_supported_is_refused_by_the_fields_name(string field, string value)
    {
        var config = JsonNode.Parse(Config)!;
        config[field] = JsonNode.Parse(value);

        await RefuseAsync(Tars.Of(("adapter_config.json", Encoding.UTF8.GetBytes(config.ToJsonString())), ("adapter_model.safetensors", Weights)), field);
    }

    [Fact]
    public Task A_weight_that_is_no_number_is_refused_by_the_tensors_name()
    {
        var weights = (byte[])Weights.Clone();
        BinaryPrimitives.WriteSingleLittleEndian(weights.AsSpan(weights.Length - 4), float.NaN);
        return RefuseAsync(Tars.Of(("adapter_config.json", Config), ("adapter_model.safetensors", weights)), "lora_");
    }

    [Fact]
    public Task Weights_of_another_shape_are_refused()
    {
        var config = JsonNode.Parse(Config)!;
        config["r"] = 8;
        return RefuseAsync(Tars.Of(("adapter_config.json", Encoding.UTF8.GetBytes(config.ToJsonString())), ("adapter_model.safetensors", Weights)), "lora_");
    }

    [Fact]
    public async Task Broken_archives_are_refused()
    {
        await RefuseAsync(new MemoryStream(), "adapter_config.json");
        await RefuseAsync(new MemoryStream(new byte[10_000]), "adapter_config.json");
        await RefuseAsync(new MemoryStream([0x1f, 0x8b, .. new byte[1_000]]), "archive");
        await RefuseAsync(new MemoryStream([.. Enumerable.Range(0, 5_000).Select(i => (byte)(i * 31))]), "archive");
        await RefuseAsync(Tars.Of(("adapter_config.json", Config)), "adapter_model.safetensors");
        await RefuseAsync(Tars.Of(("adapter_model.safetensors", Weights)), "adapter_config.json");
        await RefuseAsync(Tars.Of(("adapter_config.json", "{"u8.ToArray()), ("adapter_model.safetensors", Weights)), "adapter_config.json");
        await RefuseAsync(Tars.Of(("adapter_config.json", Config), ("adapter_model.safetensors", [1, 2, 3])), "safetensors");
        await RefuseAsync(Tars.Of(("../adapter_config.json", Config), ("../adapter_model.safetensors", Weights)), "archive");
        await RefuseAsync(Tars.Of(("/etc/adapter_config.json", Config), ("adapter_model.safetensors", Weights)), "archive");
        await RefuseAsync(Tars.WithLink("adapter_config.json", "/etc/passwd"), "archive");
    }

    [Fact]
    public async Task A_cut_off_upload_leaves_nothing_behind()
    {
        var tar = Tars.Of(("adapter_config.json", Config), ("adapter_model.safetensors", Weights)).ToArray();

        for (var length = 100; length < tar.Length; length += tar.Length / 7)
        {
            var (status, _) = await PushAsync("cut", new MemoryStream(tar, 0, Math.Min(length, 512 + Config.Length + Weights.Length / 2)));
            Assert.Equal(400, status);
        }

        Assert.DoesNotContain("\"cut\"", (await _controller.AskAsync(HttpMethod.Get, "/api/v1/adapters")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nope", "a", "latest", "backbone_not_found", "backbone")]
    [InlineData("lory-5m", "Upper", "latest", "invalid_request", "name")]
    [InlineData("lory-5m", "a", "bad%20tag", "invalid_request", "tag")]
    [InlineData("lory-5m", "a", "a:b", "invalid_request", "tag")]
    public async Task Bad_names_are_refused(string backbone, string name, string tag, string code, string field)
    {
        using var response = await _controller.Http.PutAsync($"/api/v1/adapters/{backbone}/{name}?tag={tag}", new ByteArrayContent([]));
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(code, (string?)problem["code"]);
        Assert.Equal(field, (string?)problem["field"]);
    }

    [Fact]
    public async Task An_adapter_over_the_limit_is_refused()
    {
        await using var small = await ControllerUnderTest.StartAsync("--Controller:MaxAdapterBytes", "65536");
        var body = JsonSerializer.Serialize(new { name = DemoController.Backbone, path = DemoController.BackboneFolder });
        Assert.Equal(201, (await small.AskAsync(HttpMethod.Post, "/api/v1/backbones", body)).Status);

        using var tar = Tars.Of(("adapter_config.json", Config), ("adapter_model.safetensors", Weights));
        using var response = await small.Http.PutAsync($"/api/v1/adapters/{DemoController.Backbone}/large", new StreamContent(tar));

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Contains("65536", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    [InlineData("sha256:ABC")]
    public async Task An_unknown_artifact_is_404(string digest) =>
        Assert.Equal(404, (await _controller.AskAsync(HttpMethod.Get, $"/internal/artifacts/{digest}")).Status);

    private async Task RefuseAsync(MemoryStream tar, string named)
    {
        var (status, body) = await PushAsync("refused", tar);

        Assert.Equal(400, status);
        Assert.Equal("adapter_invalid", (string?)JsonNode.Parse(body)!["code"]);
        Assert.Contains(named, body, StringComparison.Ordinal);
        Assert.DoesNotContain("lorafaas-upload", body, StringComparison.Ordinal);
    }

    private async Task<(int Status, string Body)> PushAsync(string name, MemoryStream tar, string tag = "latest")
    {
        using var response = await _controller.Http.PutAsync($"/api/v1/adapters/{DemoController.Backbone}/{name}?tag={tag}", new StreamContent(tar));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
