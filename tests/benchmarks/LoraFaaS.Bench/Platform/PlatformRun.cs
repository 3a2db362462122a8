using System.Net.Http.Headers;
using System.Text;
using LoraFaaS.Bench.Machine;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Bench.Platform;

/// <summary>The whole platform as <c>lorafaas up</c> starts it, over a data folder that outlives it.</summary>
internal sealed class PlatformRun : IAsyncDisposable
{
    private static readonly IReadOnlyDictionary<string, string?> NoVariables = new Dictionary<string, string?>(StringComparer.Ordinal);

    private readonly ChildProcess _up;
    private readonly HttpClient _http;
    private ForemostCaller? _foremost;

    private PlatformRun(ChildProcess up, HttpClient http) => (_up, _http) = (up, http);

    /// <summary>Deploys the demo into the folder, calls each function once and stops again.</summary>
    public static async Task PrepareAsync(string data)
    {
        await using var up = Up(data, ["--demo", "--once"], NoVariables);
        if (await up.Exited is not 0 and var code)
        {
            throw new InvalidOperationException($"The demo ended with {code}.\n{up.Tail()}");
        }
    }

    /// <param name="options">Of <c>lorafaas up</c>, beside those that every run has.</param>
    public static Task<PlatformRun> StartAsync(string data, params IEnumerable<string> options) => StartAsync(data, NoVariables, options);

    /// <param name="variables">Of the hosts' own options, <c>Section__Name</c>.</param>
    public static async Task<PlatformRun> StartAsync(string data, IReadOnlyDictionary<string, string?> variables, params IEnumerable<string> options)
    {
        var readyFile = Path.Combine(data, "bench-ready.json");
        File.Delete(readyFile);
        var up = Up(data, ["--ready-file", readyFile, .. options], variables);
        using var ready = await up.WaitForReadyFileAsync(readyFile);
        var password = (await File.ReadAllTextAsync(ready.RootElement.GetProperty("passwordFile").GetString()!)).Trim();
        var http = new HttpClient { BaseAddress = new Uri(ready.RootElement.GetProperty("gateway").GetString()!), Timeout = Patience.StartLimit };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{password}")));
        return new PlatformRun(up, http);
    }

    public HttpClient Http => _http;

    /// <summary>Runs a verb of <c>lorafaas</c> against the platform that was started over this folder last.</summary>
    public static async Task RunVerbAsync(string data, params IEnumerable<string> arguments)
    {
        await using var verb = Cli(data, arguments, NoVariables);
        if (await verb.Exited is not 0 and var code)
        {
            throw new InvalidOperationException($"lorafaas {string.Join(' ', arguments)} ended with {code}.\n{verb.Tail()}");
        }
    }

    /// <summary>To zero: its adapter leaves the sandbox, now and after the next start.</summary>
    public async Task ScaleAsync(string function, int replicas)
    {
        var body = $$"""{ "serviceName": "{{function}}", "replicas": {{replicas}} }""";
        using var response = await _http.PostAsync($"system/scale-function/{function}", new StringContent(body, Encoding.UTF8, "application/json"));
        response.EnsureSuccessStatusCode();
    }

    /// <summary>By a <see cref="ForemostCaller"/>: one call at a time.</summary>
    public async Task<ColdCall> CallAsync(string function, string text)
    {
        var listener = new EventStreamListener();
        var answer = await (_foremost ??= new ForemostCaller(_http.BaseAddress!)).PostAsync(
            $"/function/{function}", [$"Authorization: {_http.DefaultRequestHeaders.Authorization}", "Content-Type: text/plain", "Accept: text/event-stream"], Encoding.UTF8.GetBytes(text), listener);
        return listener.Sum(function, answer);
    }

    public async ValueTask DisposeAsync()
    {
        _foremost?.Dispose();
        _http.Dispose();
        _up.Terminate();
        await Patience.ForAsync(_up.Exited);
        await _up.DisposeAsync();
    }

    private static ChildProcess Up(string data, IEnumerable<string> options, IReadOnlyDictionary<string, string?> variables) =>
        Cli(data, ["up", "--port", "0", "--no-console", "--data", data, .. options], variables);

    private static ChildProcess Cli(string data, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> variables) => ChildProcess.StartDotnet(
        RepositoryRoot.Built("function-sdk/LoraFaaS.Cli", "lorafaas.dll"),
        arguments,
        data,
        new Dictionary<string, string?>(variables, StringComparer.Ordinal)
        {
            ["LORAFAAS_CONFIG"] = Path.Combine(data, "config"),
            ["NO_COLOR"] = "1",

            // Room for eight adapters of the largest shape in one sandbox.
            ["Worker__SandboxMemory"] = "768Mi",
            ["Worker__HostMemory"] = "6Gi",
        });
}
