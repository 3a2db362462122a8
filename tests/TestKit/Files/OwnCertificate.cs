using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace LoraFaaS.TestKit.Files;

/// <summary>A server's certificate that it signed itself, with its key, as the two files that hosts read.</summary>
public static class OwnCertificate
{
    /// <returns>Its thumbprint.</returns>
    public static async Task<string> WriteAsync(string certificateFile, string keyFile, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2090, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
        return certificate.Thumbprint;
    }
}
