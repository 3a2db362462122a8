using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ServiceDefaults.Tls;

/// <summary>
/// A certificate with its chain and its key from two PEM files, which may be replaced while the host runs. The files' times are looked at
/// during handshakes, at most once a second: no watcher, which would take one of the few inotify handles of a machine. A pair that does
/// not fit (one file is written, the other not yet) leaves the one before in place.
/// </summary>
public sealed partial class ServerCertificate
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly string _certificateFile;
    private readonly string _keyFile;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private (DateTime Certificate, DateTime Key) _stamp;
    private SslServerAuthenticationOptions _options;
    private long _lookedAt;

    /// <exception cref="HostStartException">The files cannot be used.</exception>
    public ServerCertificate(string certificateFile, string keyFile, TimeProvider time, ILogger<ServerCertificate> logger)
    {
        ArgumentNullException.ThrowIfNull(time);

        (_certificateFile, _keyFile, _time, _logger) = (certificateFile, keyFile, time, logger);

        try
        {
            _stamp = Stamp();
            _options = Load();
        }
        catch (Exception failure) when (IsBadFile(failure))
        {
            throw new HostStartException($"The certificate {certificateFile} with the key {keyFile} cannot be used: {failure.Message}", failure);
        }

        _lookedAt = time.GetTimestamp();
    }

    /// <summary>For the handshake that begins now.</summary>
    public SslServerAuthenticationOptions Current()
    {
        lock (_gate)
        {
            if (_time.GetElapsedTime(_lookedAt) >= LookInterval)
            {
                _lookedAt = _time.GetTimestamp();
                Reload();
            }

            return _options;
        }
    }

    private void Reload()
    {
        try
        {
            var stamp = Stamp();

            if (stamp != _stamp)
            {
                _options = Load();
                _stamp = stamp;
                LogReloaded(_certificateFile);
            }
        }
        catch (Exception failure) when (IsBadFile(failure))
        {
            LogKept(_certificateFile, failure.Message);
        }
    }

    private (DateTime Certificate, DateTime Key) Stamp() => (File.GetLastWriteTimeUtc(_certificateFile), File.GetLastWriteTimeUtc(_keyFile));

    private SslServerAuthenticationOptions Load()
    {
        var leaf = X509Certificate2.CreateFromPemFile(_certificateFile, _keyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_certificateFile);

        return new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true) };
    }

    private static bool IsBadFile(Exception failure) => failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    [LoggerMessage(1301, LogLevel.Information, "The certificate {File} was read again")]
    private partial void LogReloaded(string file);

    [LoggerMessage(1302, LogLevel.Warning, "The certificate {File} has changed and cannot be used, the one before stays: {Message}")]
    private partial void LogKept(string file, string message);
}
