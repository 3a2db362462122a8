using LoraFaaS.ConsoleTests.Browser;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests;

[Collection(ConsoleGroup.Name)]
public sealed class RevisionsTests(DemoConsole console)
{
    [Fact]
    public async Task Calls_are_split_over_two_revisions_and_rolled_back()
    {
        var id = new FunctionId(NamespaceName.Default, new FunctionName("split"));
        var stop = TestContext.Current.CancellationToken;

        foreach (var adapter in new[] { "sentiment", "sql" })
        {
            await console.Client.Functions.DeployAsync(new FunctionDeployment { Service = "split", Image = $"lora://lory-5m/{adapter}:latest" }, stop);
        }

        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();
        await window.GoAsync("functions/openfaas-fn/split/revisions", "split");

        await page.GetByLabel("Share of revision 1 in percent").FillAsync("30");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set shares" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The shares are 130 % together; they must be 100 %.");
        await page.GetByLabel("Share of revision 2 in percent").FillAsync("70");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set shares" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Img, new() { Name = "Shares: revision 2 70 %, revision 1 30 %" })).ToBeVisibleAsync();
        Assert.Equal([30, 70], (await console.Client.Traffic.GetAsync(id, stop)).Targets.Select(target => target.Percent).Order());
        await DemoConsole.PictureAsync(page, "function-split", 1280, dark: false);

        await page.GetByRole(AriaRole.Button, new() { Name = "All calls to revision 1" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Roll back" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Img, new() { Name = "Shares: revision 1 100 %", Exact = true })).ToBeVisibleAsync();
        Assert.Equal(100, Assert.Single((await console.Client.Traffic.ListRevisionsAsync(id, stop)), revision => revision.Revision == 1).Percent);
        Assert.Empty(window.Faults);
    }
}
