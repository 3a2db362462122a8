using System.Net;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.ServiceDefaults.Tls;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

public sealed class TlsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string CertificateFile => _folder.File("tls.crt");

    private string KeyFile => _folder.File("tls.key");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task With_a_certificate_the_door_speaks_TLS_and_nothing_else()
    {
        var thumbprint = await WriteAsync("one");
        await using var gateway = await RunningGateway.StartAsync("--Gateway:CertificateFile", CertificateFile, "--Gateway:KeyFile", KeyFile);
        var port = gateway.Url.Port;

        string? seen = null;
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => (seen = certificate?.Thumbprint) is not null };
        using var client = new HttpClient(handler);
        using var health = await client.GetAsync(new Uri($"https://127.0.0.1:{port}/healthz"));

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal(thumbprint, seen);
        using var plain = new HttpClient();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => plain.GetAsync(new Uri($"http://127.0.0.1:{port}/healthz")));
    }

    [Fact]
    public async Task The_door_inside_shows_the_hosts_certificate_and_the_callers_door_does_not()
    {
        var own = await WriteAsync("host");
        await using var gateway = await RunningGateway.StartAsync(
            "--Host:InsideUrl", "https://127.0.0.1:0", "--Host:CertificateFile", CertificateFile, "--Host:KeyFile", KeyFile);
        var inside = gateway.Urls.Single(url => url.StartsWith("https://", StringComparison.Ordinal));

        string? seen = null;
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => (seen = certificate?.Thumbprint) is not null };
        using var client = new HttpClient(handler);
        using var health = await client.GetAsync(new Uri(new Uri(inside), "healthz"));
        Assert.Equal((HttpStatusCode.OK, own), (health.StatusCode, seen));

        using var plain = await gateway.Http.GetAsync(new Uri("/healthz", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, plain.StatusCode);
        Assert.Equal(Uri.UriSchemeHttp, gateway.Url.Scheme);
    }

    [Fact]
    public void A_door_inside_without_TLS_is_refused()
    {
        var plain = Assert.Throws<HostStartException>(() => GatewayHost.Build(["--Host:InsideUrl", "http://127.0.0.1:0"]));
        Assert.Contains("Host:InsideUrl", plain.Message, StringComparison.Ordinal);
    }

    /// <summary>Who offers HTTP/2 in the handshake has it: answers, streams as they come, and who leaves is noticed.</summary>
    [Fact]
    public async Task With_a_certificate_callers_may_speak_HTTP_2()
    {
        await WriteAsync("one");
        await using var gateway = await RunningGateway.StartAsync("--Gateway:CertificateFile", CertificateFile, "--Gateway:KeyFile", KeyFile);
        var left = new TaskCompletionSource();
        var isHeld = false;
        var worker = await gateway.AddWorkerAsync("w1", async exchange =>
        {
            if (!isHeld)
            {
                await FakeWorker.CountAsync(exchange);
                return;
            }

            using var gone = exchange.Aborted.Register(left.SetResult);
            await exchange.SendAsync(Given.Started());
            await exchange.SendAsync(Given.Tokens("first ", 0));
            await left.Task;
        });
        await gateway.PublishAsync([Given.Route("echo", placements: (worker.Id, StorageTier.Device))], worker);
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        using var client = new HttpClient(handler)
        {
            BaseAddress = new Uri($"https://127.0.0.1:{gateway.Url.Port}"), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var whole = await client.PostAsync(new Uri("/function/echo", UriKind.Relative), new StringContent("x"));
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (whole.StatusCode, whole.Version));
        Assert.Equal("0 1 2 3 4 5 ", await whole.Content.ReadAsStringAsync());

        isHeld = true;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/function/echo", UriKind.Relative)) { Content = new StringContent("x"), Version = HttpVersion.Version20 };
        request.Headers.Accept.ParseAdd("text/event-stream");
        var stream = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync());
        Assert.Contains("first", await Patience.ForAsync(FirstDataAsync(lines)), StringComparison.Ordinal);
        stream.Dispose();
        await Patience.ForAsync(left.Task);
    }

    [Fact]
    public async Task A_replaced_certificate_is_used_and_a_broken_one_is_not()
    {
        var clock = new FakeTimeProvider();
        var first = await WriteAsync("one");
        var certificate = new ServerCertificate(CertificateFile, KeyFile, clock, NullLogger<ServerCertificate>.Instance);
        Assert.Equal(first, Thumbprint(certificate));

        var second = await WriteAsync("two");
        Assert.Equal(first, Thumbprint(certificate));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(second, Thumbprint(certificate));

        await File.WriteAllTextAsync(CertificateFile, "half a certific");
        File.SetLastWriteTimeUtc(CertificateFile, new DateTime(2031, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(second, Thumbprint(certificate));

        var third = await WriteAsync("three");
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(third, Thumbprint(certificate));
    }

    [Fact]
    public async Task Files_that_cannot_be_used_stop_the_start_in_one_line()
    {
        await WriteAsync("one");

        var half = Assert.Throws<HostStartException>(() => GatewayHost.Build(["--Gateway:CertificateFile", CertificateFile]));
        var missing = Assert.Throws<HostStartException>(
            () => new ServerCertificate(_folder.File("none"), KeyFile, TimeProvider.System, NullLogger<ServerCertificate>.Instance));

        Assert.Contains("Gateway:KeyFile", half.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', missing.Message);
    }

    private static async Task<string> FirstDataAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line.Contains("first", StringComparison.Ordinal))
            {
                return line;
            }
        }

        return "";
    }

    private static string Thumbprint(ServerCertificate certificate) => certificate.Current().ServerCertificateContext!.TargetCertificate.Thumbprint;

    private async Task<string> WriteAsync(string name)
    {
        var thumbprint = await OwnCertificate.WriteAsync(CertificateFile, KeyFile, name);

        // Two writes within the clock's grain must still look different.
        File.SetLastWriteTimeUtc(KeyFile, new DateTime(2030, 1, 1, 0, 0, name.Length + (name[0] % 50), DateTimeKind.Utc));
        return thumbprint;
    }
}
