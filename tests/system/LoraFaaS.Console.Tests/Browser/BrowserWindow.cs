using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests.Browser;

/// <summary>One window with its own cookies. It remembers what went wrong in the page: failed scripts, broken rules, requests to elsewhere.</summary>
public sealed class BrowserWindow : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly string _password;
    private readonly List<string> _faults = [];

    public BrowserWindow(IBrowserContext context, IPage page, Uri gateway, string password)
    {
        (_context, Page, _password) = (context, page, password);
        page.PageError += (_, error) => Note("script: " + error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("status of 401", StringComparison.Ordinal) && !message.Location.Contains("/no-such-page", StringComparison.Ordinal))
            {
                Note("console: " + message.Text);
            }
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(gateway.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
            {
                Note("elsewhere: " + request.Url);
            }
        };
    }

    public IPage Page { get; }

    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (_faults)
            {
                return [.. _faults];
            }
        }
    }

    public async Task LogInAsync()
    {
        await Page.GotoAsync("login");
        await Page.GetByLabel("Password").FillAsync(_password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await ReadyAsync("Overview");
    }

    /// <summary>Goes to a page and waits until it shows what it found.</summary>
    public async Task GoAsync(string path, string heading)
    {
        await Page.GotoAsync(path);
        await ReadyAsync(heading);
    }

    public async Task ReadyAsync(string heading)
    {
        await Expect(Page.Locator("h1").Filter(new() { HasText = heading })).ToBeVisibleAsync(Patiently);
        await Expect(Page.GetByText("Loading…", new() { Exact = true })).ToHaveCountAsync(0, new() { Timeout = Patiently.Timeout });
    }

    public static LocatorAssertionsToBeVisibleOptions Patiently { get; } = new() { Timeout = (float)TestKit.Time.Patience.Limit.TotalMilliseconds };

    public ValueTask DisposeAsync() => _context.DisposeAsync();

    private void Note(string fault)
    {
        lock (_faults)
        {
            _faults.Add(fault);
        }
    }
}
