using LoraFaaS.Controller.Tests.Support;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Controller.Tests.Api;

/// <summary>Seeded and bounded: archives that try to get out, pushed as adapters and as packages. Each is refused or harmless; nothing of them stays.</summary>
public sealed class HostileUploadTests
{
    private const int Archives = 400;

    [Fact]
    public async Task No_archive_makes_the_controller_fail_or_leaves_a_file_behind()
    {
        using var uploads = new TempFolder();
        await using var controller = await ControllerUnderTest.StartAsync("--Controller:UploadFolder", uploads.Folder("inner", "uploads"));
        await DemoController.RegisterAsync(controller);
        var random = new Random(20_261_121);

        for (var i = 0; i < Archives; i++)
        {
            var archive = HostileArchive.Create(random);
            using var adapter = await controller.Http.PutAsync($"/api/v1/adapters/{DemoController.Backbone}/tricks", new ByteArrayContent(archive));
            using var package = await controller.Http.PostAsync("/api/v1/packages", new ByteArrayContent(archive));

            Assert.True((int)adapter.StatusCode is 400 or 413, $"adapter {i}: {(int)adapter.StatusCode} {await adapter.Content.ReadAsStringAsync()}");
            Assert.True((int)package.StatusCode < 500, $"package {i}: {(int)package.StatusCode} {await package.Content.ReadAsStringAsync()}");
        }

        Assert.Empty(Directory.EnumerateFiles(uploads.Path, "*", SearchOption.AllDirectories));
        Assert.DoesNotContain("tricks", (await controller.AskAsync(HttpMethod.Get, "/api/v1/adapters")).Body, StringComparison.Ordinal);
    }
}
