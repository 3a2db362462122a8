using LoraFaaS.ConsoleTests.Browser;

namespace LoraFaaS.ConsoleTests;

/// <summary>Every page at the width of a desk and of a hand, light and dark: a picture of each for people, and for the test that nothing sticks out.</summary>
[Collection(ConsoleGroup.Name)]
public sealed class PictureTests(DemoConsole console)
{
    private static readonly (string Path, string Heading)[] Pages = 
    [
        ("", "Overview"), ("functions", "Functions"), ("functions/new", "Deploy an adapter"), ("functions/openfaas-fn/en-fr", "en-fr"), ("functions/openfaas-fn/en-fr/try", "en-fr"),
        ("functions/openfaas-fn/en-fr/revisions", "en-fr"),
        ("functions/openfaas-fn/en-fr/logs", "en-fr"), ("functions/openfaas-fn/en-fr/settings", "en-fr"), ("workers", "Workers"), ("plan", "Plan"),
        ("queues", "Queues"), ("secrets", "Secrets"), ("keys", "Keys"), ("namespaces", "Namespaces"), ("audit", "Audit"), ("functions/openfaas-fn/none", "none"), ("no-such-page", "There is no such page"),
    ];

    [Theory]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    [InlineData(390, false)]
    [InlineData(390, true)]
    public async Task No_page_is_wider_than_its_window_or_breaks_a_rule(int width, bool dark)
    {
        await using var window = await console.OpenAsync(width, width > 800 ? 800 : 844, dark);
        await window.Page.GotoAsync("login");
        await DemoConsole.PictureAsync(window.Page, "login", width, dark);
        await window.LogInAsync();

        foreach (var (path, heading) in Pages)
        {
            await window.GoAsync(path, heading);
            await DemoConsole.PictureAsync(window.Page, path.Length == 0 ? "overview" : path.Replace('/', '-'), width, dark);
        }

        Assert.Empty(window.Faults);
    }
}
