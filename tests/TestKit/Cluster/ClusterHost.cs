using System.Security.Cryptography.X509Certificates;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.TestKit.Cluster;

/// <summary>One service as a process: the image's program, the service's variables, an address of its own.</summary>
public sealed class ClusterHost(string name, string appFolder, string assembly, string address, IReadOnlyDictionary<string, string?> environment) : IAsyncDisposable
{
    private ChildProcess? _process;

    public string Name => name;

    /// <summary>Variables that the next start has instead of the service's.</summary>
    public Dictionary<string, string?> Overrides { get; } = new(StringComparer.Ordinal);

    /// <summary>The HTTP door, at the port that the service has in its container.</summary>
    public Uri Url => new($"{new Uri(Variables["Host__HttpUrl"]!).Scheme}://{address}:8080");

    private Dictionary<string, string?> Variables => environment.Concat(Overrides).GroupBy(pair => pair.Key).ToDictionary(same => same.Key, same => same.Last().Value);

    public ChildProcess Process => _process ?? throw new InvalidOperationException($"{name} was not started.");

    /// <summary>Starts it and waits until its own health check says that it is well.</summary>
    public async Task StartAsync()
    {
        _process = ChildProcess.StartDotnet(Path.Combine(appFolder, assembly), [], appFolder, Variables);
        await Patience.UntilAsync(
            async _ => Process.Exited.IsCompleted ? throw new InvalidOperationException($"{name} ended.\n{Process.Tail()}") : await IsReadyAsync(),
            Patience.StartLimit,
            $"{name} is ready");
    }

    /// <summary>For calls to it: where it speaks TLS, its certificate must be of the installation's authority.</summary>
    public HttpClient Http()
    {
        var handler = new HttpClientHandler { UseProxy = false };

        if (Url.Scheme == Uri.UriSchemeHttps)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(Variables["Host__AuthorityFile"]!);
            handler.ServerCertificateCustomValidationCallback = (_, certificate, _, _) => IsOf(authorities, certificate);
        }

        return new HttpClient(handler) { BaseAddress = Url };
    }

    /// <summary>As a load balancer asks.</summary>
    public async Task<bool> IsReadyAsync()
    {
        using var http = Http();
        http.Timeout = TimeSpan.FromSeconds(2);

        try
        {
            using var response = await http.GetAsync(new Uri("/healthz", UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>The health check of its image, run beside it as the container engine runs it.</summary>
    public async Task<int> CheckAsync()
    {
        await using var check = ChildProcess.StartDotnet(Path.Combine(appFolder, assembly), ["healthcheck"], appFolder, environment);
        check.CloseInput();
        return await Patience.ForAsync(check.Exited);
    }

    public void Kill() => Process.Kill();

    /// <summary>After a kill, as an orchestrator does it.</summary>
    public async Task ReviveAsync()
    {
        await Process.DisposeAsync();
        await StartAsync();
    }

    /// <summary>As an orchestrator stops it: SIGTERM, and then the time that it takes.</summary>
    public async Task<int> StopAsync()
    {
        Process.Terminate();
        return await Process.Exited.WaitAsync(Patience.StartLimit);
    }

    public async Task RestartAsync()
    {
        if (await StopAsync() is not 0 and var code)
        {
            throw new InvalidOperationException($"{name} ended with {code}\n{Process.Tail()}");
        }

        await Process.DisposeAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private static bool IsOf(X509Certificate2Collection authorities, X509Certificate2? certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return certificate is not null && chain.Build(certificate);
    }
}
