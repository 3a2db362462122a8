using System.Formats.Tar;
using LoraFaaS.ConsoleTests.Browser;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.TestKit.Files;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests;

[Collection(ConsoleGroup.Name)]
public sealed class DeployTests(DemoConsole console)
{
    [Fact]
    public async Task An_uploaded_adapter_becomes_a_function_that_answers_in_the_playground_beside_the_bare_backbone()
    {
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();
        await window.GoAsync("functions/new", "Deploy an adapter");

        await page.Locator("input[type=file]").SetInputFilesAsync(RepositoryRoot.Of("deploy", "demo", "adapters", "en-fr"));
        await Expect(page.GetByText("adapter_model.safetensors (")).ToBeVisibleAsync();
        await page.GetByPlaceholder("lower case letters, digits, hyphens").FillAsync("uploaded");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();
        await window.ReadyAsync("uploaded");
        Assert.Equal("lora://lory-5m/uploaded:v1", (await console.Client.Functions.DescribeAsync(Id("uploaded"), TestContext.Current.CancellationToken)).Image);

        await page.GetByRole(AriaRole.Link, new() { Name = "Playground", Exact = true }).ClickAsync();
        await page.GetByLabel("Input").FillAsync("I clean the red box.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();
        var answer = page.GetByRole(AriaRole.Region, new() { Name = "uploaded", Exact = true });
        await Expect(answer.Locator(".answer")).ToHaveTextAsync("Je nettoie la boîte rouge.");
        await Expect(answer.GetByText("tokens in")).ToBeVisibleAsync();
        await Expect(answer.GetByText("stop")).ToBeVisibleAsync();
        var bare = page.GetByRole(AriaRole.Region, new() { Name = "lory-5m, without the adapter" });
        await Expect(bare.GetByText("tokens in")).ToBeVisibleAsync();
        Assert.NotEqual("Je nettoie la boîte rouge.", await bare.Locator(".answer").TextContentAsync());
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task A_tar_is_uploaded_with_progress_and_deployed_with_its_settings()
    {
        using var folder = new TempFolder();
        var tar = folder.File("normalise.tar");
        await TarFile.CreateFromDirectoryAsync(RepositoryRoot.Of("deploy", "demo", "adapters", "normalise"), tar, includeBaseDirectory: false, TestContext.Current.CancellationToken);
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();
        await window.GoAsync("functions/new", "Deploy an adapter");

        await page.GetByLabel("From").SelectOptionAsync("a tar of one");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Choose a tar file.");
        await page.GetByLabel("Tar file").SetInputFilesAsync(tar);
        await Expect(page.GetByText("normalise.tar (")).ToBeVisibleAsync();
        await page.GetByPlaceholder("lower case letters, digits, hyphens").FillAsync("from-tar");
        await page.GetByText("SLO, scaling, sampling, system prompt").ClickAsync();
        await page.GetByLabel("SLO: time to first token").FillAsync("400ms");
        await page.GetByLabel("Least workers that hold it").FillAsync("1");
        await Growth.WatchAsync(page, "section progress", "e.value");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();
        await window.ReadyAsync("from-tar");

        var steps = await Growth.StepsAsync(page, "");
        Assert.True(steps.Length > 1, "the upload was shown in one step");
        Assert.Equal(steps.Order(), steps);
        Assert.Equal(100, steps[^1]);

        var status = await console.Client.Functions.DescribeAsync(Id("from-tar"), TestContext.Current.CancellationToken);
        Assert.Equal("400ms", status.Annotations["lorafaas.io/slo-ttft"]);
        Assert.Equal("1", status.Labels["com.openfaas.scale.min"]);
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task What_is_wrong_is_said_where_it_is_wrong()
    {
        using var folder = new TempFolder();
        foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Of("deploy", "demo", "adapters", "sql")))
        {
            File.Copy(file, folder.File(Path.GetFileName(file)));
        }

        var config = folder.File("adapter_config.json");
        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(config)).Replace("\"bias\": \"none\"", "\"bias\": \"all\"", StringComparison.Ordinal));
        await using var window = await console.OpenAsync(390, 844);
        var page = window.Page;
        await window.LogInAsync();
        await window.GoAsync("functions/new", "Deploy an adapter");

        await page.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("holds no adapter_config.json");

        await page.Locator("input[type=file]").SetInputFilesAsync(folder.Path);
        await page.GetByPlaceholder("lower case letters, digits, hyphens").FillAsync("Not A Name");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("lower case letters");

        await page.GetByPlaceholder("lower case letters, digits, hyphens").FillAsync("refused");
        await page.GetByRole(AriaRole.Button, new() { Name = "Deploy" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("bias");
        await DemoConsole.PictureAsync(page, "functions-new-refused", 390, dark: false);
        Assert.Empty(window.Faults);
    }

    private static FunctionId Id(string name) => new(NamespaceName.Default, new FunctionName(name));
}
