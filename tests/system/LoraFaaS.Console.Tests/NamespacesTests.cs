using System.Net;
using LoraFaaS.ConsoleTests.Browser;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.TestKit.Time;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests;

[Collection(ConsoleGroup.Name)]
public sealed class NamespacesTests(DemoConsole console)
{
    [Fact]
    public async Task A_namespace_is_locked_and_opened_and_goes_only_when_it_is_empty()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();
        await window.GoAsync("namespaces", "Namespaces");

        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Not A Name");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await Expect(page.Locator("form").GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("vault");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "vault", Exact = true })).ToBeVisibleAsync();
        await console.Client.Functions.DeployAsync(new FunctionDeployment { Service = "mood", Namespace = "vault", Image = "lora://lory-5m/sentiment:latest" }, stop);
        await ComesToAsync(HttpStatusCode.OK);

        var needsKey = page.GetByLabel("Calls of vault need a key");
        await needsKey.CheckAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "vault" })).ToContainTextAsync("yes");
        await ComesToAsync(HttpStatusCode.Unauthorized);
        await needsKey.UncheckAsync();
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "vault" })).ToContainTextAsync("as the gateway asks");
        await ComesToAsync(HttpStatusCode.OK);

        await RemoveAsync(page);
        await Expect(page.GetByText("Not done")).ToBeVisibleAsync();
        await console.Client.Functions.RemoveAsync(new(new("vault"), new("mood")), stop);
        await RemoveAsync(page);
        await Expect(page.GetByRole(AriaRole.Cell, new() { Name = "vault", Exact = true })).ToHaveCountAsync(0);
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task A_secret_gets_a_new_value_and_what_is_wrong_with_one_is_said_beside_it()
    {
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();
        await window.GoAsync("secrets", "Secrets");
        var store = page.GetByRole(AriaRole.Button, new() { Name = "Store" });

        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("pass");
        await store.ClickAsync();
        await Expect(page.Locator("form").GetByRole(AriaRole.Alert)).ToHaveTextAsync("A value is required.");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("No Such Name");
        await page.GetByLabel("Value").FillAsync("first");
        await store.ClickAsync();
        await Expect(page.Locator("form").GetByRole(AriaRole.Alert)).ToContainTextAsync("name");

        foreach (var value in new[] { "first", "second" })
        {
            await page.GetByLabel("Name", new() { Exact = true }).FillAsync("pass");
            await page.GetByLabel("Value").FillAsync(value);
            await store.ClickAsync();
            await Expect(page.GetByLabel("Value")).ToHaveValueAsync("");
        }

        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Remove pass" })).ToHaveCountAsync(1);
        Assert.DoesNotContain("second", await page.ContentAsync(), StringComparison.Ordinal);
        await window.GoAsync("audit", "Audit");
        await Expect(page.GetByText("secret.update").First).ToBeVisibleAsync();
        Assert.Empty(window.Faults);
    }

    private static async Task RemoveAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove vault" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
    }

    private async Task ComesToAsync(HttpStatusCode status)
    {
        using var http = new HttpClient { BaseAddress = console.Gateway };
        await Patience.UntilAsync(
            async stop =>
            {
                using var answer = await http.PostAsync(new Uri("function/mood.vault", UriKind.Relative), new StringContent("a fine room"), stop);
                return answer.StatusCode == status;
            },
            $"mood.vault answers {status} to somebody without a key");
    }
}
