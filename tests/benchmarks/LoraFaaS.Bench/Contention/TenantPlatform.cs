using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Bench.Contention;

/// <summary>The whole platform with functions of several namespaces, each namespace in a sandbox of its own.</summary>
internal sealed class TenantPlatform : IAsyncDisposable
{
    private readonly ChildProcess _up;

    private TenantPlatform(ChildProcess up, HttpClient http) => (_up, Http) = (up, http);

    public HttpClient Http { get; }

    /// <param name="data">The platform's folder, with the demo deployed.</param>
    /// <param name="takeTurns">False: nobody arbitrates, and sandboxes share the cores as the kernel lets them.</param>
    /// <param name="threads">Of each sandbox; 0: the worker's own choice.</param>
    public static async Task<TenantPlatform> StartAsync(string data, bool takeTurns, int threads)
    {
        var readyFile = Path.Combine(data, "bench-ready.json");
        File.Delete(readyFile);
        List<string> options = ["up", "--port", "0", "--no-console", "--data", data, "--device-memory", "4Gi", "--ready-file", readyFile];

        if (threads > 0)
        {
            options.AddRange(["--threads", threads.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        }

        var up = ChildProcess.StartDotnet(
            RepositoryRoot.Built("function-sdk/LoraFaaS.Cli", "lorafaas.dll"),
            options,
            data,
            new Dictionary<string, string?> { ["LORAFAAS_CONFIG"] = Path.Combine(data, "config"), ["NO_COLOR"] = "1", ["Worker__TakeTurns"] = takeTurns ? "true" : "false" });
        using var ready = await up.WaitForReadyFileAsync(readyFile);
        var password = (await File.ReadAllTextAsync(ready.RootElement.GetProperty("passwordFile").GetString()!)).Trim();
        var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 512 })
        {
            BaseAddress = new Uri(ready.RootElement.GetProperty("gateway").GetString()!), Timeout = Patience.StartLimit,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{password}")));
        return new TenantPlatform(up, http);
    }

    /// <summary>One function in a namespace of its own.</summary>
    public async Task DeployAsync(string tenant, TimeSpan? slo)
    {
        using var space = await Http.PostAsync("system/namespace/", Json(new { name = tenant }));
        var annotations = new Dictionary<string, string>();

        if (slo is { } promise)
        {
            annotations["lorafaas.io/slo-ttft"] = FormattableString.Invariant($"{promise.TotalMilliseconds:0}ms");
        }

        var function = new Dictionary<string, object>
        {
            ["service"] = "f", ["namespace"] = tenant, ["image"] = "lora://lory-5m/sentiment", ["annotations"] = annotations,
        };
        using var deployed = await Http.PostAsync("system/functions", Json(function));

        if (deployed.StatusCode is System.Net.HttpStatusCode.Conflict)
        {
            using var updated = await Http.PutAsync("system/functions", Json(function));
            updated.EnsureSuccessStatusCode();
            return;
        }

        if (!deployed.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{tenant}: {(int)deployed.StatusCode} {await deployed.Content.ReadAsStringAsync()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _up.Terminate();
        await Patience.ForAsync(_up.Exited);
        await _up.DisposeAsync();
    }

    private static StringContent Json<T>(T value) => new(JsonSerializer.Serialize(value), Encoding.UTF8, "application/json");
}
