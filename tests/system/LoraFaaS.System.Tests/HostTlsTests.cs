using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>The real hosts, every call between them by TLS: a function is pushed, deployed and called, and the hosts' ports say nothing to who does not speak it.</summary>
public sealed class HostTlsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_function_is_deployed_and_called_where_hosts_call_each_other_by_TLS()
    {
        await WriteSecretsAsync();
        await using var controller = Start(
            "controller/LoraFaaS.Controller", "LoraFaaS.Controller.dll", "controller", isServer: true,
            "--Host:RpcUrl", "https://127.0.0.1:0", "--Storage:DataPath", _folder.Folder("store"));
        var (control, rpc) = await UrlsAsync(controller, "controller");
        await using var worker = Start(
            "gpu-worker/LoraFaaS.Worker", "LoraFaaS.Worker.dll", "worker", isServer: true,
            "--Worker:DataPath", _folder.Folder("cache"), "--Worker:ControllerRpcUrl", rpc!, "--Worker:SandboxPath", RepositoryRoot.Built("gpu-worker/LoraFaaS.Sandbox", "LoraFaaS.Sandbox"));
        var (data, _) = await UrlsAsync(worker, "worker");
        await using var gateway = Start(
            "gateway/LoraFaaS.Gateway", "LoraFaaS.Gateway.dll", "gateway", isServer: false,
            "--Gateway:PasswordFile", _folder.File("password"), "--Gateway:ControllerHttpUrl", control, "--Gateway:ControllerRpcUrl", rpc!);
        var (door, _) = await UrlsAsync(gateway, "gateway");

        Assert.All((string[])[control, rpc!, data], url => Assert.StartsWith("https://", url, StringComparison.Ordinal));
        await RunAsync(door, "backbone", "add", "lory-5m", RepositoryRoot.Of("deploy", "demo", "backbone"));
        await RunAsync(door, "push", RepositoryRoot.Of("deploy", "demo", "adapters", "sentiment"), "lora://lory-5m/sentiment:v1");
        await RunAsync(door, "deploy", "sentiment", "--image", "lora://lory-5m/sentiment:v1");
        var (prompt, expected) = DemoData.First("sentiment");
        using var caller = new HttpClient { Timeout = Patience.StartLimit };

        using var answer = await caller.PostAsync(new Uri(new Uri(door), "/function/sentiment"), new StringContent(prompt), TestContext.Current.CancellationToken);
        Assert.Equal(expected, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        // Neither host has a word for who comes without TLS, nor would this machine's own list of authorities take their certificates.
        foreach (var url in (string[])[control, data])
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => caller.GetAsync(new UriBuilder(url) { Scheme = "http" }.Uri, TestContext.Current.CancellationToken));
            await Assert.ThrowsAsync<HttpRequestException>(() => caller.GetAsync(new Uri(url), TestContext.Current.CancellationToken));
        }
    }

    private ChildProcess Start(string project, string program, string name, bool isServer, params string[] arguments) => ChildProcess.StartDotnet(
        RepositoryRoot.Built(project, program),
        [
            "--Host:HttpUrl", isServer ? "https://127.0.0.1:0" : "http://127.0.0.1:0", "--Host:ReadyFile", _folder.File(name + ".json"), "--Host:ExitWithParent", "true",
            "--Host:AuthorityFile", _folder.File("authority.crt"), "--Internal:TokenFile", _folder.File("token"), "--Logging:LogLevel:Default", "Warning",
            .. isServer ? (string[])["--Host:CertificateFile", _folder.File("host.crt"), "--Host:KeyFile", _folder.File("host.key")] : [],
            .. arguments,
        ],
        _folder.Path);

    private async Task<(string Http, string? Rpc)> UrlsAsync(ChildProcess host, string name)
    {
        using var ready = await host.WaitForReadyFileAsync(_folder.File(name + ".json"));
        var urls = ready.RootElement.GetProperty("urls");
        return (urls.GetProperty("http").GetString()!, urls.TryGetProperty("rpc", out var rpc) ? rpc.GetString() : null);
    }

    private async Task RunAsync(string door, params string[] verb)
    {
        var done = await LorafaasCommand.RunAsync(_folder.Path, null, [.. verb, "--gateway", door, "--password-file", _folder.File("password")]);
        Assert.True(done.ExitCode == 0, $"{string.Join(' ', verb)}\n{done.Output}\n{done.Errors}");
    }

    /// <summary>One certificate for all hosts, under a name that none of them is dialled by.</summary>
    private async Task WriteSecretsAsync()
    {
        await File.WriteAllTextAsync(_folder.File("token"), Convert.ToHexString(RandomNumberGenerator.GetBytes(24)));
        await File.WriteAllTextAsync(_folder.File("password"), Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));
        var (from, until) = (new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2090, 1, 1, 0, 0, 0, TimeSpan.Zero));

        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var asked = new CertificateRequest("CN=hosts of one installation", authorityKey, HashAlgorithmName.SHA256);
        asked.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var authority = asked.CreateSelfSigned(from, until);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=a host", key, HashAlgorithmName.SHA256).Create(authority, from, until, [1, 2, 3, 4]);
        await File.WriteAllTextAsync(_folder.File("authority.crt"), authority.ExportCertificatePem());
        await File.WriteAllTextAsync(_folder.File("host.crt"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(_folder.File("host.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
