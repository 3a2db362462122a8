using LoraFaaS.ConsoleTests.Browser;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.TestKit.Platform;
using LoraFaaS.TestKit.Time;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests;

[Collection(ConsoleGroup.Name)]
public sealed class QueuesTests(DemoConsole console)
{
    private static readonly FunctionId Function = new(NamespaceName.Default, new FunctionName("letters"));

    private static readonly (string Prompt, string Expected) Case = DemoData.First("sentiment");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dead_letters_appear_by_themselves_and_are_replayed_one_by_one_and_together()
    {
        // No answer comes within a millisecond, and nothing is tried twice: each call is given up.
        await DeployAsync(new() { [FunctionAnnotations.Timeout] = "1ms", [FunctionAnnotations.RetryAttempts] = "1" });
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();
        await window.GoAsync("queues", "Queues");
        await Expect(page.GetByText("No dead letter")).ToBeVisibleAsync();

        List<CallId> calls = [];

        for (var i = 0; i < 3; i++)
        {
            calls.Add(await console.Client.Async.EnqueueAsync(Function, Case.Prompt, cancellationToken: Stop));
        }

        foreach (var call in calls)
        {
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = $"Replay {call}", Exact = true })).ToBeVisibleAsync();
        }

        await Expect(page.GetByText("given up after 1 try;").First).ToBeVisibleAsync();
        await DemoConsole.PictureAsync(page, "queues-dead", 1280, dark: false);
        await DeployAsync([]);

        await page.GetByRole(AriaRole.Button, new() { Name = $"Replay {calls[1]}", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = $"Replay {calls[1]}", Exact = true })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay all 2" }).ClickAsync();
        await Expect(page.GetByText("No dead letter")).ToBeVisibleAsync();

        foreach (var call in calls)
        {
            await Patience.UntilAsync(async stop => (await console.Client.Async.FindAsync(call, stop))?.State == "completed", $"{call} is completed");
        }

        await page.GetByLabel("Call id").FillAsync(calls[0].Value);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".facts-list .state-completed")).ToBeVisibleAsync();
        await Expect(page.Locator(".facts-list").GetByText(Case.Expected)).ToBeVisibleAsync();
        await page.GetByLabel("Call id").FillAsync("nobody's");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("There is no call nobody's");

        // The audit says what was done, not which address was asked.
        await window.GoAsync("audit", "Audit");
        await page.GetByPlaceholder("Search by user").FillAsync(calls[1].Value);
        var replays = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "call.replay" });
        await Expect(replays).ToHaveCountAsync(1);
        await Expect(replays).ToContainTextAsync("letters");
        Assert.Empty(window.Faults);
    }

    private Task DeployAsync(Dictionary<string, string> annotations) =>
        console.Client.Functions.DeployAsync(new FunctionDeployment { Service = "letters", Image = "lora://lory-5m/sentiment:latest", Annotations = annotations }, Stop);
}
