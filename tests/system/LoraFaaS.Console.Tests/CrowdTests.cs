using System.Globalization;
using LoraFaaS.ConsoleTests.Browser;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.TestKit.Platform;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests;

/// <summary>A platform with nothing in it, and then with ten thousand functions in its Postgres.</summary>
public sealed class CrowdTests(EmptyConsole console) : IClassFixture<EmptyConsole>
{
    private const int Functions = 10_000;
    private const int PageLength = 50;

    private static readonly (string Path, string Heading, string Says)[] Empty =
    [
        ("", "Overview", "No call in the last hour"), ("functions", "Functions", "No function is deployed yet"), ("functions/new", "Deploy an adapter", "No backbone is registered"),
        ("plan", "Plan", "Plan"), ("queues", "Queues", "No dead letter"), ("cost", "Cost", "Nothing was used on this day"), ("secrets", "Secrets", "No secret in this namespace"), ("keys", "Keys", "No key was issued yet"),
        ("audit", "Audit", "Nothing was changed yet"),
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_empty_platform_says_what_to_do_and_ten_thousand_functions_are_searched_sorted_and_paged_where_they_are_kept()
    {
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();

        foreach (var (path, heading, says) in Empty)
        {
            await window.GoAsync(path, heading);
            await Expect(page.GetByText(says).First).ToBeVisibleAsync();
            await RunningConsole.PictureAsync(page, $"empty-{(path.Length == 0 ? "overview" : path.Replace('/', '-'))}", 1280, dark: false);
        }

        await SeedAsync();
        await window.GoAsync("functions", "Functions");
        await Expect(page.GetByText("10.0k functions", new() { Exact = true })).ToBeVisibleAsync();
        var rows = page.Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(PageLength);
        await Expect(rows.First).ToContainTextAsync("f00001");
        await RunningConsole.PictureAsync(page, "functions-crowd", 1280, dark: false);

        // Turned: the next fifty and no others.
        await page.GetByRole(AriaRole.Button, new() { Name = "After" }).ClickAsync();
        await Expect(rows.First).ToContainTextAsync("f00051");
        await Expect(page.GetByText("51 to 100 of")).ToBeVisibleAsync();
        await Expect(rows).ToHaveCountAsync(PageLength);

        // Sorted: the last of all is the first of the first page.
        await page.GetByRole(AriaRole.Button, new() { Name = "Name" }).ClickAsync();
        await Expect(rows.First).ToContainTextAsync("f10000");
        await Expect(page.GetByText("1 to 50 of")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Created" }).ClickAsync();
        await Expect(rows.First).ToContainTextAsync("f00002");

        // Searched: what is on no page so far is found, by name and by image.
        await page.GetByLabel("Search functions").FillAsync("f0777");
        await Expect(page.GetByText("10 functions", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(rows).ToHaveCountAsync(10);
        await page.GetByLabel("Search functions").FillAsync("no-such");
        await Expect(page.GetByText("No function matches")).ToBeVisibleAsync();
        await page.GetByLabel("Search functions").FillAsync("f07777");
        await page.GetByRole(AriaRole.Link, new() { Name = "f07777", Exact = true }).ClickAsync();
        await window.ReadyAsync("f07777");

        // The other pages know how many there are and ask for none of them.
        await window.GoAsync("", "Overview");
        await Expect(page.Locator(".tile").Filter(new() { HasText = "Functions" })).ToContainTextAsync("10.0k");
        await window.GoAsync("namespaces", "Namespaces");
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "openfaas-fn" })).ToContainTextAsync("10.0k");

        // And so does the door: whatever is asked for, a page is a page.
        foreach (var order in Enum.GetValues<FunctionOrder>())
        {
            var cut = await console.Client.Functions.PageAsync(new() { Sort = order, Descending = true, Offset = 9_990, Limit = PageLength }, Stop);
            Assert.Equal((Functions, 10), ((int)cut.Total, cut.Items.Count));
        }

        Assert.Empty(window.Faults);
    }

    /// <summary>One function comes in by the door; the others are its rows again under other names, each a second younger than the one before.</summary>
    private async Task SeedAsync()
    {
        await console.Client.Backbones.RegisterAsync(new BackboneRegistration { Name = "lory-5m", Path = Path.Combine(DemoData.Folder, "backbone") }, Stop);
        await console.Client.Functions.DeployAsync(new FunctionDeployment { Service = "f00001", Image = "lora://lory-5m" }, Stop);
        await console.SeedAsync(string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO functions (namespace, name, generation, deployment, revisions, desired_replicas, created_at, updated_at, traffic)
            SELECT namespace, fresh, generation, replace(deployment::text, name, fresh)::jsonb, replace(revisions::text, name, fresh)::jsonb, 0,
                   created_at - make_interval(secs => {Functions} - number), updated_at, traffic
            FROM functions, LATERAL (SELECT number, 'f' || lpad(number::text, 5, '0') AS fresh FROM generate_series(2, {Functions}) AS number) AS names
            WHERE name = 'f00001'
            """));
        await console.SeedAsync("UPDATE catalogue_version SET version = version + 1");
        var id = new FunctionId(NamespaceName.Default, new FunctionName("f10000"));
        Assert.Equal("f10000", (await console.Client.Functions.DescribeAsync(id, Stop)).Name);
    }
}
