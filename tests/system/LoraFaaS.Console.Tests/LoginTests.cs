using LoraFaaS.ConsoleTests.Browser;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests;

[Collection(ConsoleGroup.Name)]
public sealed class LoginTests(DemoConsole console)
{
    [Fact]
    public async Task A_wrong_password_is_refused_and_the_right_one_leads_to_the_page_that_was_asked_for()
    {
        await using var window = await console.OpenAsync();
        var page = window.Page;

        await page.GotoAsync("workers");
        await Expect(page).ToHaveTitleAsync("Log in · LoraFaaS");
        await page.GetByLabel("Password").FillAsync("wrong");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("User or password is wrong.");

        await page.GetByLabel("Password").FillAsync(console.Password);
        await page.Keyboard.PressAsync("Enter");
        await window.ReadyAsync("Workers");

        await page.GetByRole(AriaRole.Button, new() { Name = "Log out" }).ClickAsync();
        await Expect(page).ToHaveTitleAsync("Log in · LoraFaaS");
        await page.GotoAsync("workers");
        await Expect(page).ToHaveTitleAsync("Log in · LoraFaaS");
    }

    [Theory]
    [InlineData("")]
    [InlineData("functions")]
    [InlineData("_blazor/negotiate?negotiateVersion=1")]
    public async Task Nothing_is_shown_to_somebody_who_is_not_logged_in(string path)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var response = await http.GetAsync(new Uri(console.Gateway, "/ui/" + path));

        Assert.Contains((int)response.StatusCode, (int[])[302, 401, 405]);
        Assert.DoesNotContain("sentiment", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }
}
