using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.ServiceDefaults.Tls;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Protocol.Tests.Hosts;

public sealed class PeerAuthorityTests : IDisposable
{
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = new(2090, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_certificate_of_the_authority_is_believed_under_any_name()
    {
        using var ours = Authority("ours");
        using var host = Host(ours, Until);

        Assert.True(await IsBelievedAsync(host, Write(ours)));
    }

    [Fact]
    public async Task Another_authoritys_an_expired_and_a_clients_certificate_are_not()
    {
        using var ours = Authority("ours");
        using var others = Authority("ours");
        using var theirs = Host(others, Until);
        using var expired = Host(ours, From.AddDays(1));
        using var client = Host(ours, Until, purpose: "1.3.6.1.5.5.7.3.2");

        foreach (var certificate in (X509Certificate2[])[theirs, expired, client])
        {
            Assert.False(await IsBelievedAsync(certificate, Write(ours)));
        }
    }

    [Fact]
    public async Task Without_an_authority_the_machines_own_list_judges()
    {
        using var ours = Authority("ours");
        using var host = Host(ours, Until);

        Assert.False(await IsBelievedAsync(host, ""));
    }

    [Fact]
    public void A_file_without_certificates_stops_the_start()
    {
        File.WriteAllText(_folder.File("empty.crt"), "nothing\n");

        Assert.Throws<HostStartException>(() => new PeerAuthority(_folder.File("empty.crt")));
        Assert.Throws<HostStartException>(() => new PeerAuthority(_folder.File("missing.crt")));
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(From, Until);
    }

    private static X509Certificate2 Host(X509Certificate2 authority, DateTimeOffset until, string? purpose = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a host", key, HashAlgorithmName.SHA256);

        if (purpose is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: true));
        }

        using var certificate = request.Create(authority, From, until, [1, 2, 3, 4]);
        return certificate.CopyWithPrivateKey(key);
    }

    private string Write(X509Certificate2 authority)
    {
        File.WriteAllText(_folder.File("authority.crt"), authority.ExportCertificatePem());
        return _folder.File("authority.crt");
    }

    private static async Task<bool> IsBelievedAsync(X509Certificate2 certificate, string authorityFile)
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        using var caller = new System.Net.Sockets.TcpClient();
        await caller.ConnectAsync((System.Net.IPEndPoint)listener.LocalEndpoint);
        using var taken = await listener.AcceptTcpClientAsync();
        await using var server = new SslStream(taken.GetStream());
        await using var client = new SslStream(caller.GetStream());
        var serving = server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate });

        try
        {
            await Patience.ForAsync(client.AuthenticateAsClientAsync(new PeerAuthority(authorityFile).ClientOptions("127.0.0.1")));
            await Patience.ForAsync(serving);
            return true;
        }
        catch (AuthenticationException)
        {
            caller.Close();
            await Patience.ForAsync(serving.ContinueWith(_ => { }, TaskScheduler.Default));
            return false;
        }
    }
}
