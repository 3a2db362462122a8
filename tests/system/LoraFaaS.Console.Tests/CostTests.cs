using LoraFaaS.ConsoleTests.Browser;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests;

[Collection(ConsoleGroup.Name)]
public sealed class CostTests(DemoConsole console)
{
    [Fact]
    public async Task What_a_day_cost_is_shown_by_function_and_the_days_are_turned()
    {
        var day = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).GetByText("Cost").ClickAsync();
        await window.ReadyAsync("Cost");

        // Its memory is held, and so counted, since the demo deployed it.
        var link = page.GetByRole(AriaRole.Link, new() { Name = "sentiment", Exact = true });
        await Expect(link).ToBeVisibleAsync();
        await Expect(page.Locator(".tile").Filter(new() { HasText = "Saved" })).ToContainTextAsync("%");

        await page.GetByLabel("Search functions").FillAsync("en-");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "en-fr", Exact = true })).ToBeVisibleAsync();
        await Expect(link).ToHaveCountAsync(0);
        await page.GetByLabel("Search functions").FillAsync("");

        await page.GetByLabel("Day (UTC)").FillAsync($"{day.AddDays(-40):yyyy-MM-dd}");
        await Expect(page.GetByText("Nothing was used on this day")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "The day before" }).ClickAsync();
        await Expect(page.GetByLabel("Day (UTC)")).ToHaveValueAsync($"{day.AddDays(-41):yyyy-MM-dd}");

        await page.GetByLabel("Day (UTC)").FillAsync($"{day:yyyy-MM-dd}");
        await link.ClickAsync();
        await window.ReadyAsync("sentiment");
        Assert.Empty(window.Faults);
    }
}
