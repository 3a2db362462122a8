using LoraFaaS.ConsoleTests.Browser;
using LoraFaaS.TestKit.Time;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests;

[Collection(ConsoleGroup.Name)]
public sealed class FunctionTests(DemoConsole console)
{
    [Fact]
    public async Task A_functions_page_shows_its_calls_against_the_forecast_and_its_log_as_it_grows()
    {
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();
        await window.GoAsync("functions/openfaas-fn/sentiment/logs", "sentiment");
        var lines = page.Locator(".log > div");
        await Expect(lines.First).ToBeVisibleAsync();
        var before = await lines.CountAsync();
        await console.Client.Invocations.InvokeAsync(new(Contracts.Identity.NamespaceName.Default, new("sentiment")), "the soup was cold", TestContext.Current.CancellationToken);
        await Expect(lines.Nth(before)).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Traffic", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Img, new() { Name = "Calls by time to first token" })).ToBeVisibleAsync();

        // The first forecast is made when a minute is over: the page, left alone, shows it then.
        await Expect(page.GetByText("trusted most:")).ToBeVisibleAsync(new() { Timeout = (float)Patience.StartLimit.TotalMilliseconds });
        await Expect(page.Locator("svg .column").First).ToBeVisibleAsync();
        await Expect(page.Locator("svg path.forecast.ahead")).ToBeAttachedAsync();
        await DemoConsole.PictureAsync(page, "function-forecast", 1280, dark: false);
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task A_promise_is_changed_in_the_settings_and_a_wrong_one_is_refused_beside_its_field()
    {
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();
        await window.GoAsync("functions/openfaas-fn/normalise/settings", "normalise");

        await page.GetByLabel("SLO: time to first token").FillAsync("fast");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByLabel("SLO: time to first token").Locator("xpath=..").GetByRole(AriaRole.Alert)).ToBeVisibleAsync();

        await page.GetByLabel("SLO: time to first token").FillAsync("750ms");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByText("normalise is deployed anew")).ToBeVisibleAsync();
        var status = await console.Client.Functions.DescribeAsync(new(Contracts.Identity.NamespaceName.Default, new("normalise")), TestContext.Current.CancellationToken);
        Assert.Equal("750ms", status.Annotations["lorafaas.io/slo-ttft"]);
        Assert.Equal(2, status.Lorafaas!.Revision);
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task Scaling_is_set_and_a_function_is_removed_after_a_question()
    {
        var id = new Contracts.Identity.FunctionId(Contracts.Identity.NamespaceName.Default, new("spare"));
        await console.Client.Functions.DeployAsync(new() { Service = "spare", Image = "lora://lory-5m/sql:latest" }, TestContext.Current.CancellationToken);
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();
        await window.GoAsync("functions/openfaas-fn/spare/settings", "spare");

        await page.GetByLabel("Wanted now").FillAsync("0");
        await page.GetByRole(AriaRole.Button, new() { Name = "Scale" }).ClickAsync();
        await Expect(page.GetByText("spare: 0 wanted")).ToBeVisibleAsync();
        Assert.Equal(0, (await console.Client.Functions.DescribeAsync(id, TestContext.Current.CancellationToken)).Replicas);

        await page.GetByLabel("Most workers that hold it").FillAsync("2");
        await page.GetByLabel("Keep-alive when idle").FillAsync("90s");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByText("spare is deployed anew")).ToBeVisibleAsync();
        var status = await console.Client.Functions.DescribeAsync(id, TestContext.Current.CancellationToken);
        Assert.Equal("2", status.Labels["com.openfaas.scale.max"]);
        Assert.Equal("90s", status.Annotations["lorafaas.io/keep-alive"]);

        await page.GetByRole(AriaRole.Button, new() { Name = "Remove spare" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove spare" }).ClickAsync();
        await page.GetByRole(AriaRole.Alertdialog).GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();
        await window.ReadyAsync("Functions");
        await window.GoAsync("functions/openfaas-fn/spare", "spare");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        Assert.Empty(window.Faults);
    }

    [Fact]
    public async Task Functions_are_found_and_sorted_by_the_keyboard_alone()
    {
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();
        await window.GoAsync("functions", "Functions");

        await page.GetByRole(AriaRole.Button, new() { Name = "Calls" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "Calls" })).ToHaveAttributeAsync("aria-sort", "ascending");
        await page.GetByLabel("Search functions").FillAsync("ticket");
        await Expect(page.GetByText("1 function", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "ticket-router", Exact = true }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await window.ReadyAsync("ticket-router");
        Assert.Empty(window.Faults);
    }
}
