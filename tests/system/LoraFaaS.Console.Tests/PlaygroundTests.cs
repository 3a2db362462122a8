using System.Text.RegularExpressions;
using LoraFaaS.ConsoleTests.Browser;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests;

[Collection(ConsoleGroup.Name)]
public sealed class PlaygroundTests(DemoConsole console)
{
    private const string Prompt = "Table movies (rating, director, country, genre, budget, year)\nList genre and director for all movies with budget less than 1341.";
    private const string Expected = "SELECT genre, director FROM movies WHERE budget < 1341;";
    private const string Bare = "lory-5m, without the adapter";
    private const int LeastSteps = 3;
    private const int MostRuns = 30;

    private static readonly string[] Labels = ["sql", Bare];

    [Fact]
    public async Task Tokens_stream_from_the_function_and_from_the_bare_backbone_beside_it()
    {
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();
        var grown = new HashSet<string>();

        // A machine with much else to do may hand several tokens to the browser at once, so that an answer of a few is there in a blink:
        // then it is asked for again. What does not stream never grows.
        for (var run = 1; grown.Count < 2; run++)
        {
            Assert.True(run <= MostRuns, $"in {MostRuns} runs only these grew in steps: {string.Join(", ", grown)}");
            await AskAsync(window);
            grown.UnionWith(await GrownAsync(page));
        }

        foreach (var label in Labels)
        {
            var answer = page.GetByRole(AriaRole.Region, new() { Name = label, Exact = true });
            await Expect(answer.GetByText(new Regex(@"TTFT \d[\d.]* m?s"))).ToBeVisibleAsync();
            await Expect(answer.GetByText(new Regex(@"\d+ tokens/s"))).ToBeVisibleAsync();
            await Expect(answer.GetByText(new Regex(@"\d+ tokens in, \d+ out"))).ToBeVisibleAsync();
        }

        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "sql", Exact = true }).Locator(".answer")).ToHaveTextAsync(Expected);
        await DemoConsole.PictureAsync(page, "function-playground", 1280, dark: false);

        // Alone it is as well.
        await page.GetByLabel("beside the bare backbone").UncheckAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = Bare })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "sql", Exact = true }).GetByRole(AriaRole.Status)).ToHaveTextAsync("stop");
        Assert.Empty(window.Faults);
    }

    /// <summary>On a fresh page, to the end of both answers.</summary>
    private static async Task AskAsync(BrowserWindow window)
    {
        var page = window.Page;
        await window.GoAsync("functions/openfaas-fn/sql/try", "sql");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Run" })).ToBeDisabledAsync();
        await page.GetByLabel("Input").FillAsync(Prompt);
        await Growth.WatchAsync(page, "section .answer", "e.textContent.length");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();

        foreach (var label in Labels)
        {
            await Expect(page.GetByRole(AriaRole.Region, new() { Name = label, Exact = true }).GetByRole(AriaRole.Status)).ToHaveTextAsync(new Regex("stop|length"));
        }
    }

    /// <summary>Whose text was seen at several lengths, each longer than the one before.</summary>
    private static async Task<IReadOnlyList<string>> GrownAsync(IPage page)
    {
        List<string> grown = [];

        foreach (var label in Labels)
        {
            var steps = await Growth.StepsAsync(page, label);
            Assert.Equal(steps.Order().Distinct(), steps);

            if (steps.Length >= LeastSteps)
            {
                grown.Add(label);
            }
        }

        return grown;
    }
}
