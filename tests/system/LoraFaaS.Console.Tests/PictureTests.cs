using LoraFaaS.ConsoleTests.Browser;
using Microsoft.Playwright;

namespace LoraFaaS.ConsoleTests;

/// <summary>Every page at the width of a desk and of a hand, light and dark: a picture of each for people, and for the test that nothing sticks out.</summary>
[Collection(ConsoleGroup.Name)]
public sealed class PictureTests(DemoConsole console)
{
    private static readonly (string Path, string Heading)[] Pages = [("", "Overview"), ("functions", "Functions"), ("workers", "Workers")];

    [Theory]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    [InlineData(390, false)]
    [InlineData(390, true)]
    public async Task No_page_is_wider_than_its_window_or_breaks_a_rule(int width, bool dark)
    {
        await using var window = await console.OpenAsync(width, width > 800 ? 800 : 844, dark);
        await window.Page.GotoAsync("login");
        await PictureAsync(window.Page, "login", width, dark);
        await window.LogInAsync();

        foreach (var (path, heading) in Pages)
        {
            await window.GoAsync(path, heading);
            await PictureAsync(window.Page, path.Length == 0 ? "overview" : path.Replace('/', '-'), width, dark);
        }

        Assert.Empty(window.Faults);
    }

    private static async Task PictureAsync(IPage page, string name, int width, bool dark)
    {
        await page.ScreenshotAsync(new() { Path = Path.Combine(DemoConsole.Pictures, $"{name}-{width}-{(dark ? "dark" : "light")}.png"), FullPage = true });
        var widest = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        Assert.True(widest <= width, $"{name} is {widest} pixels wide in a window of {width}");
    }
}
