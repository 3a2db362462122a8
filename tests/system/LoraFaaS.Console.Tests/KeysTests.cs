using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using LoraFaaS.ConsoleTests.Browser;
using LoraFaaS.TestKit.Time;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests;

[Collection(ConsoleGroup.Name)]
public sealed class KeysTests(DemoConsole console)
{
    [Fact]
    public async Task A_key_made_here_opens_what_it_says_within_its_limit_and_rotates_with_both_texts_accepted()
    {
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();
        await window.GoAsync("keys", "Keys");

        await page.GetByRole(AriaRole.Button, new() { Name = "Issue" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("name");

        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("narrow");
        await page.GetByLabel("Functions, with commas").FillAsync("sentiment");
        await page.GetByLabel("Expires after days").FillAsync("30");
        var first = await IssueAsync(page);
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "narrow" })).ToContainTextAsync("sentiment");
        await ComesToAsync(HttpStatusCode.OK, first, "sentiment");
        await ComesToAsync(HttpStatusCode.Forbidden, first, "sql");

        await page.GetByRole(AriaRole.Button, new() { Name = "Rotate narrow" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Rotate" }).ClickAsync();
        await Expect(page.GetByText("(old text still accepted)")).ToBeVisibleAsync();
        await Expect(page.Locator(".secret code")).Not.ToHaveTextAsync(first);
        var second = await TextAsync(page);
        await DemoConsole.PictureAsync(page, "keys-issued", 1280, dark: false);
        await ComesToAsync(HttpStatusCode.OK, second, "sentiment");
        await ComesToAsync(HttpStatusCode.OK, first, "sentiment");
        await page.GetByRole(AriaRole.Button, new() { Name = "I have copied it" }).ClickAsync();
        await Expect(page.Locator(".secret")).ToHaveCountAsync(0);

        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("slow");
        await page.GetByLabel("Invocations a minute").FillAsync("1");
        await page.GetByLabel("Priority at a full gateway").SelectOptionAsync("high");
        var slow = await IssueAsync(page);
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "slow" })).ToContainTextAsync("1 call/min");
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "slow" })).ToContainTextAsync("high");
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "narrow" })).ToContainTextAsync("as its function");
        await ComesToAsync(HttpStatusCode.TooManyRequests, slow, "sentiment");

        foreach (var key in new[] { "narrow", "slow" })
        {
            await page.GetByRole(AriaRole.Button, new() { Name = $"Revoke {key}" }).ClickAsync();
            await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = $"Revoke {key}" })).ToHaveCountAsync(0);
        }

        await ComesToAsync(HttpStatusCode.Unauthorized, second, "sentiment");
        Assert.Empty(window.Faults);
    }

    private static async Task<string> IssueAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Issue" }).ClickAsync();
        return await TextAsync(page);
    }

    private static async Task<string> TextAsync(IPage page)
    {
        await Expect(page.Locator(".secret code")).ToHaveTextAsync(new Regex("^lfk_"));
        return (await page.Locator(".secret code").TextContentAsync())!;
    }

    /// <summary>A gateway hears of keys a moment later.</summary>
    private async Task ComesToAsync(HttpStatusCode status, string key, string function)
    {
        using var http = new HttpClient { BaseAddress = console.Gateway };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        await Patience.UntilAsync(
            async stop =>
            {
                using var answer = await http.PostAsync(new Uri($"function/{function}", UriKind.Relative), new StringContent("a fine room"), stop);
                return answer.StatusCode == status;
            },
            $"{function} answers {status} to the key");
    }
}
