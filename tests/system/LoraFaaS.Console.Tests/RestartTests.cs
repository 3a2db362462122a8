using LoraFaaS.Client;
using LoraFaaS.ConsoleTests.Browser;
using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.TestKit.Time;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests;

/// <summary>Somebody looks at a page while what serves it is restarted, as in an upgrade, and touches nothing.</summary>
[Collection(ConsoleGroup.Name)]
public sealed class RestartTests(DemoConsole console)
{
    /// <summary>A new console knows no page of the old one: it is loaded again. A new gateway leads back to the page as it was.</summary>
    [Theory]
    [InlineData("console", true)]
    [InlineData("gateway", false)]
    public async Task An_open_page_goes_on_by_itself(string host, bool isLoadedAgain)
    {
        var id = new FunctionId(NamespaceName.Default, new FunctionName("after-" + host));
        await using var window = await console.OpenAsync();
        var page = window.Page;
        await window.LogInAsync();
        await window.GoAsync("functions", "Functions");
        await page.EvaluateAsync("() => { window.isOld = true; }");

        await console.RestartAsync(host);
        await DeployAsync(id);

        // What is new since then is on the page, and the page hears what is typed.
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = id.Name.Value, Exact = true })).ToBeVisibleAsync(new() { Timeout = (float)Patience.StartLimit.TotalMilliseconds });
        await Expect(page.Locator("#components-reconnect-modal")).ToBeHiddenAsync();
        Assert.Equal(isLoadedAgain, !await page.EvaluateAsync<bool>("() => window.isOld === true"));
        await page.GetByLabel("Search functions").FillAsync(id.Name.Value);
        await Expect(page.GetByText("1 function", new() { Exact = true })).ToBeVisibleAsync();
        await console.Client.Functions.RemoveAsync(id, TestContext.Current.CancellationToken);
    }

    /// <summary>A gateway that has just started may not know its controller yet.</summary>
    private Task DeployAsync(FunctionId id) => Patience.UntilAsync(
        async stop =>
        {
            try
            {
                await console.Client.Functions.DeployAsync(new FunctionDeployment { Service = id.Name.Value, Image = "lora://lory-5m/sentiment:latest" }, stop);
                return true;
            }
            catch (LoraFaaSException refused) when (refused.Unreachable || refused.Status is System.Net.HttpStatusCode.ServiceUnavailable or System.Net.HttpStatusCode.BadGateway)
            {
                return false;
            }
        },
        $"{id} can be deployed");
}
