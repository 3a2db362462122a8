using LoraFaaS.ConsoleTests.Browser;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.TestKit.Time;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests;

/// <summary>Somebody without a mouse. Nothing here is clicked or focused by the test: keys alone, and where they lead can be seen.</summary>
[Collection(ConsoleGroup.Name)]
public sealed class KeyboardTests(DemoConsole console)
{
    private const int MostTabs = 150;

    /// <summary>The name of what has the focus; and whether an outline shows it, and it is where somebody can see it.</summary>
    private const string Focused =
        """
        () => {
          const e = document.activeElement;
          if (!e || e === document.body) return { name: '', seen: true };
          const name = (e.getAttribute('aria-label') ?? (e.labels?.length ? e.labels[0].innerText : e.innerText) ?? '').trim();
          const style = getComputedStyle(e), box = e.getBoundingClientRect();
          const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
          const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
          return { name, seen: inside && (outlined || e.tagName === 'H1' || e.getAttribute('role') === 'alertdialog' || e.matches('[class*=rz-dialog]')) };
        }
        """;

    private const string IsInQuestion = "() => !!document.activeElement.closest('[role=alertdialog]')";

    [Fact]
    public async Task A_login_a_call_in_the_playground_and_a_question_are_done_with_keys_alone()
    {
        var stop = TestContext.Current.CancellationToken;
        await console.Client.Functions.DeployAsync(new FunctionDeployment { Service = "typed", Image = "lora://lory-5m/en-fr:latest" }, stop);
        await using var window = await console.OpenAsync();
        var page = window.Page;

        await page.GotoAsync("login");
        await TabToAsync(page, "Password");
        await page.Keyboard.TypeAsync(console.Password);
        await page.Keyboard.PressAsync("Enter");
        await window.ReadyAsync("Overview");

        await TabToAsync(page, "Functions");
        await page.Keyboard.PressAsync("Enter");
        await window.ReadyAsync("Functions");
        await TabToAsync(page, "Search functions");
        await page.Keyboard.TypeAsync("typed");
        await Expect(page.GetByText("1 function", new() { Exact = true })).ToBeVisibleAsync();
        await TabToAsync(page, "typed");
        await page.Keyboard.PressAsync("Enter");
        await window.ReadyAsync("typed");

        await TabToAsync(page, "Playground");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByLabel("Input")).ToBeVisibleAsync();
        await TabToAsync(page, "Input");
        await page.Keyboard.TypeAsync("I clean the red box.");
        await TabToAsync(page, "Run");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "typed", Exact = true }).Locator(".answer")).ToHaveTextAsync("Je nettoie la boîte rouge.");

        await TabToAsync(page, "Settings");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Remove typed" })).ToBeVisibleAsync();
        await TabToAsync(page, "Remove typed");

        // The question takes the focus, keeps it, and gives it back when it is waved away.
        await page.Keyboard.PressAsync("Enter");
        await AskedAsync(page);
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Alertdialog)).ToHaveCountAsync(0);
        await TabToAsync(page, "Remove typed");
        await page.Keyboard.PressAsync("Enter");
        await AskedAsync(page);
        await TabToAsync(page, "Remove");
        Assert.True(await page.EvaluateAsync<bool>(IsInQuestion));
        await page.Keyboard.PressAsync("Enter");
        await window.ReadyAsync("Functions");
        Assert.DoesNotContain(await console.Client.Functions.ListAsync(cancellationToken: stop), function => function.Name == "typed");
        Assert.Empty(window.Faults);
    }

    /// <summary>A question hears keys from when it has the focus, which is a moment after it is seen.</summary>
    private static async Task AskedAsync(IPage page)
    {
        await Expect(page.GetByRole(AriaRole.Alertdialog)).ToBeVisibleAsync();
        await page.WaitForFunctionAsync(IsInQuestion, null, new() { Timeout = (float)Patience.Limit.TotalMilliseconds });
    }

    private static async Task TabToAsync(IPage page, string name)
    {
        List<string> met = [];

        for (var i = 0; i < MostTabs; i++)
        {
            var focused = await page.EvaluateAsync<FocusedElement>(Focused);

            if (focused.Name == name)
            {
                return;
            }

            await page.Keyboard.PressAsync("Tab");
            focused = await page.EvaluateAsync<FocusedElement>(Focused);
            Assert.True(focused.Seen, $"the focus cannot be seen on {focused.Name}, after {string.Join(", ", met)}");
            met.Add(focused.Name);
        }

        Assert.Fail($"Tab never came to {name}: {string.Join(", ", met)}");
    }

    private sealed record FocusedElement
    {
        public string Name { get; set; } = "";

        public bool Seen { get; set; }
    }
}
