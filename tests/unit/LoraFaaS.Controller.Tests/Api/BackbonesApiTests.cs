using System.Text.Json;
using System.Text.Json.Nodes;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Controller.Tests.Api;

public sealed class BackbonesApiTests(DemoController demo) : IClassFixture<DemoController>, IDisposable
{
    private readonly ControllerUnderTest _controller = demo.Controller;
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task The_same_content_again_is_no_change()
    {
        var (status, body) = await RegisterAsync(DemoController.Backbone, DemoController.BackboneFolder);
        var info = JsonNode.Parse(body)!;

        Assert.Equal(200, status);
        Assert.Equal("LlamaForCausalLM", (string?)info["architecture"]);
        Assert.Equal(512, (int?)info["contextLength"]);
        Assert.Equal(2560, (int?)info["vocabularySize"]);
        Assert.InRange((long)info["parameters"]!, 4_900_000, 5_100_000);
        Assert.StartsWith("sha256:", (string?)info["digest"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backbones_are_listed_and_removed()
    {
        Assert.Equal(201, (await RegisterAsync("spare", DemoController.BackboneFolder)).Status);
        Assert.Contains("spare", (await _controller.AskAsync(HttpMethod.Get, "/api/v1/backbones")).Body, StringComparison.Ordinal);

        Assert.Equal(202, (await _controller.AskAsync(HttpMethod.Delete, "/api/v1/backbones/spare")).Status);
        Assert.Equal(404, (await _controller.AskAsync(HttpMethod.Delete, "/api/v1/backbones/spare")).Status);
    }

    [Fact]
    public async Task One_that_functions_use_is_neither_replaced_nor_removed()
    {
        await DemoController.DeployAsync(_controller, "user");
        var other = Copy();
        await File.WriteAllTextAsync(Path.Combine(other, "generation_config.json"), """{"eos_token_id":1}""");

        Assert.Equal(409, (await _controller.AskAsync(HttpMethod.Delete, $"/api/v1/backbones/{DemoController.Backbone}")).Status);

        var (status, body) = await RegisterAsync(DemoController.Backbone, other);
        Assert.Equal(409, status);
        Assert.Equal("conflict", (string?)JsonNode.Parse(body)!["code"]);
    }

    [Theory]
    [InlineData("config.json", """{"architectures":["MambaForCausalLM"]}""", "architectures")]
    [InlineData("config.json", "{", "config.json")]
    [InlineData("config.json", null, "config.json")]
    [InlineData("tokenizer.json", null, "tokenizer.json")]
    [InlineData("tokenizer.json", "[]", "tokenizer.json")]
    [InlineData("tokenizer_config.json", """{"chat_template":"{% for %}"}""", "chat_template")]
    [InlineData("tokenizer_config.json", """{"chat_template":"{% include 'x' %}"}""", "'{% include %}' is not supported")]
    [InlineData("tokenizer_config.json", """{"chat_template":"{{ messages | shuffle }}"}""", "the filter 'shuffle' is not supported")]
    [InlineData("model.safetensors", null, "model.safetensors")]
    [InlineData("model.safetensors", "not weights", "safetensors header")]
    public async Task A_checkpoint_that_cannot_serve_is_refused_by_the_field(string file, string? content, string field)
    {
        var folder = Copy();
        File.Delete(Path.Combine(folder, file));

        if (content is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, file), content);
        }

        var (status, body) = await RegisterAsync("broken", folder);
        var problem = JsonNode.Parse(body)!;

        Assert.Equal(400, status);
        Assert.Equal("backbone_invalid", (string?)problem["code"]);
        Assert.Contains(field, (string?)problem["field"] + " " + (string?)problem["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bad Name", "/tmp", "name")]
    [InlineData("", "/tmp", "name")]
    [InlineData("good", "relative/path", "path")]
    [InlineData("good", "", "path")]
    public async Task A_bad_registration_names_the_field(string name, string path, string field)
    {
        var (status, body) = await RegisterAsync(name, path);

        Assert.Equal(400, status);
        Assert.Equal(field, (string?)JsonNode.Parse(body)!["field"]);
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_refused() =>
        Assert.Equal(400, (await RegisterAsync("nowhere", _folder.File("nothing-here"))).Status);

    public void Dispose() => _folder.Dispose();

    private Task<(int Status, string Body)> RegisterAsync(string name, string path) =>
        _controller.AskAsync(HttpMethod.Post, "/api/v1/backbones", JsonSerializer.Serialize(new { name, path }));

    private string Copy()
    {
        var folder = _folder.Folder(Guid.NewGuid().ToString("N"));

        foreach (var file in Directory.EnumerateFiles(DemoController.BackboneFolder))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return folder;
    }
}
