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
