using LoraFaaS.ConsoleTests.Browser;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests;

[Collection(ConsoleGroup.Name)]
public sealed class AccessTests(DemoConsole console)
{
    [Fact]
    public async Task Namespaces_secrets_and_keys_are_made_and_taken_away_and_the_audit_says_so()
    {
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();

        await window.GoAsync("namespaces", "Namespaces");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("team-a");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "team-a", Exact = true })).ToBeVisibleAsync();

        await window.GoAsync("secrets", "Secrets");
        await page.GetByLabel("Namespace").SelectOptionAsync("team-a");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("token");
        await page.GetByLabel("Value").FillAsync("hidden words");
        await page.GetByRole(AriaRole.Button, new() { Name = "Store" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "token", Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove token" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await Expect(page.GetByText("No secret in this namespace")).ToBeVisibleAsync();

        await window.GoAsync("keys", "Keys");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("robot");
        await page.GetByRole(AriaRole.Button, new() { Name = "Issue" }).ClickAsync();
        await Expect(page.Locator(".secret code")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^lfk_"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke robot" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(page.GetByText("No key was issued yet")).ToBeVisibleAsync();

        await window.GoAsync("audit", "Audit");
        await Expect(page.GetByText("key.revoke").First).ToBeVisibleAsync();
        await Expect(page.GetByText("namespace.create").First).ToBeVisibleAsync();
        Assert.Empty(window.Faults);
    }
}
