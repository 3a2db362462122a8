using System.Text.Json;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Controller.Tests.Support;

/// <summary>A controller with the demo backbone registered and two adapters pushed, shared by the tests of a class.</summary>
public sealed class DemoController : IAsyncLifetime
{
    public const string Backbone = "lory-5m";

    public ControllerUnderTest Controller { get; private set; } = null!;

    public static string BackboneFolder { get; } = RepositoryRoot.Of("deploy", "demo", "backbone");

    public async ValueTask InitializeAsync()
    {
        Controller = await ControllerUnderTest.StartAsync();
        await RegisterAsync(Controller);
    }

    public ValueTask DisposeAsync() => Controller.DisposeAsync();

    public static async Task RegisterAsync(ControllerUnderTest controller)
    {
        var body = JsonSerializer.Serialize(new { name = Backbone, path = BackboneFolder });
        Assert.Equal(201, (await controller.AskAsync(HttpMethod.Post, "/api/v1/backbones", body)).Status);

        foreach (var adapter in (string[])["sentiment", "sql"])
        {
            using var tar = Tars.OfFolder(RepositoryRoot.Of("deploy", "demo", "adapters", adapter));
            using var response = await controller.Http.PutAsync($"/api/v1/adapters/{Backbone}/{adapter}", new StreamContent(tar));
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    /// <summary>Deploys a function on a pushed adapter, as faas-cli would.</summary>
    public static async Task DeployAsync(ControllerUnderTest controller, string name, string adapter = "sentiment", string? labels = null)
    {
        var body = $$"""{"service":"{{name}}","image":"lora://{{Backbone}}/{{adapter}}:latest","labels":{{labels ?? "{}"}} }""";
        var (status, text) = await controller.AskAsync(HttpMethod.Post, "/system/functions", body);
        Assert.True(status == 202, text);
    }
}
