using System.Text.Json;
using LoraFaaS.Client;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LoraFaaS.ConsoleTests.Browser;

/// <summary>The platform as <c>lorafaas up</c> starts it, and a real browser.</summary>
public abstract class RunningConsole : IAsyncLifetime
{
    /// <summary>What somebody who cannot see the page could not tell: controls and pictures without a name, and a page without one heading.</summary>
    private const string Nameless =
        """
        [
          ...[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
            .filter(one => !one.labels?.length && !one.getAttribute('aria-label') && !one.closest('[class*=rz-]')),
          ...[...document.querySelectorAll('button, a[href]')].filter(one => !one.innerText.trim() && !one.getAttribute('aria-label') && !one.title && !one.closest('[class*=rz-]')),
          ...[...document.querySelectorAll('[role=img]')].filter(one => !one.getAttribute('aria-label')),
          ...(document.querySelectorAll('h1').length === 1 ? [] : [document.body]),
        ].map(one => one.outerHTML.slice(0, 120))
        """;

    private readonly TempFolder _data = new();
    private ChildProcess? _up;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private LoraFaaSClient? _client;

    /// <summary>Where the pictures go: of the run, not of the repository.</summary>
    public static string Pictures { get; } = Directory.CreateDirectory(RepositoryRoot.Of("artifacts", "tests", "console")).FullName;

    public Uri Gateway { get; private set; } = null!;

    public string Password { get; private set; } = "";

    public LoraFaaSClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        var readyFile = _data.File("platform-ready.json");
        _up = ChildProcess.StartDotnet(
            RepositoryRoot.Built("function-sdk/LoraFaaS.Cli", "lorafaas.dll"),
            ["up", "--port", "0", "--data", _data.Path, "--ready-file", readyFile, .. await OptionsAsync()],
            _data.Path,
            new Dictionary<string, string?>(StringComparer.Ordinal) { ["LORAFAAS_CONFIG"] = _data.File("config"), ["NO_COLOR"] = "1" });

        using (var ready = await _up.WaitForReadyFileAsync(readyFile))
        {
            Gateway = new Uri(ready.RootElement.GetProperty("gateway").GetString()!);
            Password = (await File.ReadAllTextAsync(ready.RootElement.GetProperty("passwordFile").GetString()!)).Trim();
        }

        _client = new LoraFaaSClient(new LoraFaaSClientOptions { Gateway = Gateway, User = "admin", Password = Password });
        SetDefaultExpectTimeout((float)Patience.Limit.TotalMilliseconds);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("LORAFAAS_TEST_CHROMIUM") is { Length: > 0 } path ? path : "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
            Timeout = (float)Patience.StartLimit.TotalMilliseconds,
        });
    }

    /// <summary>A fresh window in which nobody is logged in.</summary>
    public async Task<BrowserWindow> OpenAsync(int width = 1280, int height = 800, bool dark = false)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = new Uri(Gateway, "/ui/").ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            TimezoneId = "UTC",
        });
        context.SetDefaultTimeout((float)Patience.Limit.TotalMilliseconds);
        context.SetDefaultNavigationTimeout((float)Patience.StartLimit.TotalMilliseconds);
        return new BrowserWindow(context, await context.NewPageAsync(), Gateway, Password);
    }

    /// <summary>Ends one host as an orchestrator would, and waits until <c>up</c> has started another in its place.</summary>
    public async Task RestartAsync(string host)
    {
        var before = Pid(host);
        ProcessGroup.Terminate(before);
        await Patience.UntilAsync(_ => Task.FromResult(Pid(host) is var now && now != before && now != 0), Patience.StartLimit, $"another {host} is ready");
    }

    /// <summary>A picture of the whole page; it is no wider than its window.</summary>
    public static async Task PictureAsync(IPage page, string name, int width, bool dark)
    {
        await page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{name}-{width}-{(dark ? "dark" : "light")}.png"), FullPage = true });
        var widest = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        Assert.True(widest <= width, $"{name} is {widest} pixels wide in a window of {width}");
        Assert.Empty(await page.EvaluateAsync<string[]>(Nameless));
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);

        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _client?.Dispose();

        if (_up is not null)
        {
            _up.Terminate();
            await Task.WhenAny(_up.Exited, Task.Delay(Patience.Limit));
            await _up.DisposeAsync();
        }

        _data.Dispose();
    }

    /// <summary>By the file that each host writes when it is ready; 0 while none is.</summary>
    private int Pid(string host)
    {
        try
        {
            using var ready = JsonDocument.Parse(File.ReadAllBytes(_data.File("run", host + ".json")));
            return ready.RootElement.GetProperty("pid").GetInt32();
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    /// <summary>What <c>up</c> is told besides.</summary>
    protected abstract Task<IReadOnlyList<string>> OptionsAsync();
}
