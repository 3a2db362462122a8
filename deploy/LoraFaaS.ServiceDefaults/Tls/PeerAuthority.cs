using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoraFaaS.ServiceDefaults.Hosting;

namespace LoraFaaS.ServiceDefaults.Tls;

/// <summary>
/// Whose certificate makes a host one of this installation's: the authority's in <c>Host:AuthorityFile</c>. It signs for hosts alone, so whatever it signed is
/// believed, under whatever name: workers come and go under addresses that no certificate could list. Without the file a peer's certificate is judged as any
/// server's is, by the machine's authorities and by its name.
/// </summary>
public sealed class PeerAuthority
{
    private const string ServerPurpose = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2Collection? _authorities;

    /// <param name="file">PEM, one certificate or several; empty: none.</param>
    /// <exception cref="HostStartException">It cannot be used.</exception>
    public PeerAuthority(string file)
    {
        if (string.IsNullOrEmpty(file))
        {
            return;
        }

        try
        {
            _authorities = [];
            _authorities.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new HostStartException($"Host:AuthorityFile: {file} cannot be used: {failure.Message}", failure);
        }

        if (_authorities.Count == 0)
        {
            throw new HostStartException($"Host:AuthorityFile: {file} holds no certificate.");
        }
    }

    /// <summary>For calls to hosts of this installation by https.</summary>
    /// <param name="host">As it is dialled; null: whoever uses the options fills it in.</param>
    public SslClientAuthenticationOptions ClientOptions(string? host = null) => new()
    {
        TargetHost = host,
        RemoteCertificateValidationCallback = _authorities is null ? null : IsOfOurs,
    };

    /// <summary>For calls to a door that callers use too: it shows a certificate of ours, or one that any caller believes.</summary>
    public SslClientAuthenticationOptions DoorOptions() => new()
    {
        RemoteCertificateValidationCallback = _authorities is null ? null : (sender, certificate, sent, errors) => errors is SslPolicyErrors.None || IsOfOurs(sender, certificate, sent, errors),
    };

    private bool IsOfOurs(object sender, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 own)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities!);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerPurpose));

        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        }

        return chain.Build(own);
    }
}
