using System.Text.Json;
using System.Text.Json.Nodes;
using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Controller.Tests.Api;

/// <summary><c>POST /api/v1/adapters</c>: a PEFT folder on the controller's own machine.</summary>
public sealed class AdapterImportTests(DemoController demo) : IClassFixture<DemoController>
{
    private static readonly string Folder = RepositoryRoot.Of("deploy", "demo", "adapters", "sentiment");

    private readonly ControllerUnderTest _controller = demo.Controller;

    [Fact]
    public async Task An_imported_folder_is_the_same_artifact_as_a_pushed_one()
    {
        var (status, body) = await ImportAsync(new { folder = Folder, name = "imported", tag = "v1" });
        var info = JsonNode.Parse(body)!;
        using var tar = Tars.OfFolder(Folder);
        using var pushed = await _controller.Http.PutAsync("/api/v1/adapters/lory-5m/imported?tag=v2", new StreamContent(tar));

        Assert.True(status == 200, body);
        Assert.Equal(("lory-5m", "imported", "v1"), ((string?)info["backbone"], (string?)info["name"], (string?)info["tag"]));
        Assert.Equal((string?)info["digest"], (string?)JsonNode.Parse(await pushed.Content.ReadAsStringAsync())!["digest"]);
    }

    [Fact]
    public async Task What_cannot_be_imported_is_named()
    {
        using var empty = new TempFolder();
        using var broken = new TempFolder();
        await File.WriteAllTextAsync(broken.File("adapter_config.json"), "{}");
        await File.WriteAllTextAsync(broken.File("adapter_model.safetensors"), "no tensors");

        Assert.Equal((400, "invalid_request", "folder"), Problem(await ImportAsync(new { name = "a" })));
        Assert.Equal((400, "invalid_request", "folder"), Problem(await ImportAsync(new { folder = "relative", name = "a" })));
        Assert.Equal((400, "invalid_request", "name"), Problem(await ImportAsync(new { folder = Folder, name = "Bad Name" })));
        Assert.Equal((400, "invalid_request", "tag"), Problem(await ImportAsync(new { folder = Folder, name = "a", tag = "not a tag" })));
        Assert.Equal((400, "adapter_not_found", "folder"), Problem(await ImportAsync(new { folder = empty.Path, name = "a" })));
        Assert.Equal((400, "adapter_not_found", "folder"), Problem(await ImportAsync(new { folder = "/no/such/folder", name = "a" })));
        Assert.Equal((400, "backbone_not_found", "backbone"), Problem(await ImportAsync(new { folder = Folder, name = "a", backbone = "other" })));
        Assert.Equal((400, "adapter_invalid"), Problem(await ImportAsync(new { folder = broken.Path, name = "a" })) is var (status, code, _) ? (status, code) : default);
    }

    private Task<(int Status, string Body)> ImportAsync(object body) => _controller.AskAsync(HttpMethod.Post, "/api/v1/adapters", JsonSerializer.Serialize(body));

    private static (int Status, string? Code, string? Field) Problem((int Status, string Body) answer) =>
        (answer.Status, (string?)JsonNode.Parse(answer.Body)!["code"], (string?)JsonNode.Parse(answer.Body)!["field"]);
}
