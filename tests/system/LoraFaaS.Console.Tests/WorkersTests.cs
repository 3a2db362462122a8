using LoraFaaS.ConsoleTests.Browser;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests;

[Collection(ConsoleGroup.Name)]
public sealed class WorkersTests(DemoConsole console)
{
    [Fact]
    public async Task A_worker_is_drained_and_takes_calls_again_without_loading_the_page_anew()
    {
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).GetByText("Workers").ClickAsync();
        await window.ReadyAsync("Workers");

        await page.GetByRole(AriaRole.Button, new() { Name = "Drain" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Drain" }).ClickAsync();
        await Expect(page.GetByText("draining", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal("draining", (await console.Client.Platform.WorkersAsync(TestContext.Current.CancellationToken)).Single().State);

        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(page.GetByText("ready", new() { Exact = true })).ToBeVisibleAsync();
        Assert.Equal("ready", (await console.Client.Platform.WorkersAsync(TestContext.Current.CancellationToken)).Single().State);
        Assert.Empty(window.Faults);
    }
}
