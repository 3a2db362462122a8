using LoraFaaS.ConsoleTests.Browser;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests;

/// <summary>Every page at the width of a desk and of a hand, light and dark: a picture of each for people, and for the test that nothing sticks out.</summary>
[Collection(ConsoleGroup.Name)]
public sealed class PictureTests(DemoConsole console)
{
    private static readonly (string Path, string Heading)[] Pages =
    [
        ("", "Overview"), ("functions", "Functions"), ("functions/new", "Deploy an adapter"), ("functions/openfaas-fn/en-fr", "en-fr"), ("functions/openfaas-fn/en-fr/try", "en-fr"),
        ("functions/openfaas-fn/en-fr/revisions", "en-fr"), ("functions/openfaas-fn/en-fr/logs", "en-fr"), ("functions/openfaas-fn/en-fr/settings", "en-fr"),
        ("workers", "Workers"), ("plan", "Plan"), ("queues", "Queues"), ("cost", "Cost"), ("secrets", "Secrets"), ("keys", "Keys"), ("namespaces", "Namespaces"), ("audit", "Audit"),
        ("functions/openfaas-fn/none", "none"), ("no-such-page", "There is no such page"),
    ];

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task No_page_is_wider_than_its_window_or_breaks_a_rule(int width, int height)
    {
        await using var window = await console.OpenAsync(width, height);
        await window.Page.GotoAsync("login");
        await TwiceAsync(window.Page, "login", width);
        await window.LogInAsync();

        foreach (var (path, heading) in Pages)
        {
            await window.GoAsync(path, heading);
            await TwiceAsync(window.Page, path.Length == 0 ? "overview" : path.Replace('/', '-'), width);
        }

        Assert.Empty(window.Faults);
    }

    private static async Task TwiceAsync(IPage page, string name, int width)
    {
        foreach (var dark in new[] { false, true })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light });
            await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", dark ? "dark" : "light");
            await DemoConsole.PictureAsync(page, name, width, dark);
        }
    }
}
