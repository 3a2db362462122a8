using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ServiceDefaults.Tls;

/// <summary>TLS by files.</summary>
public static class HostTlsExtensions
{
    /// <summary>The doors of the host speak TLS with this certificate. Of two calls for the same door the later counts.</summary>
    /// <param name="builder">The host's.</param>
    /// <param name="section">Where the two options are, for what is told about them.</param>
    /// <param name="certificateFile">PEM, with its chain. Empty, and the key's too: no TLS.</param>
    /// <param name="keyFile">PEM.</param>
    /// <param name="door">The one door that shows it; null: all that have none of their own.</param>
    public static void AddServerCertificate(this WebApplicationBuilder builder, string section, string certificateFile, string keyFile, string? door = null)
    {
        ArgumentNullException.ThrowIfNull(builder);

        if (string.IsNullOrEmpty(certificateFile) && string.IsNullOrEmpty(keyFile))
        {
            return;
        }

        if (string.IsNullOrEmpty(certificateFile) || string.IsNullOrEmpty(keyFile))
        {
            throw new HostStartException($"TLS needs both files: {section}:CertificateFile and {section}:KeyFile");
        }

        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddKeyedSingleton(door, (services, _) => new ServerCertificate(
            certificateFile, keyFile, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ServerCertificate>>()));
    }
}
