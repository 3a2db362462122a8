using System.Net;
using System.Net.Security;
using LoraFaaS.ServiceDefaults.Arrivals;
using LoraFaaS.ServiceDefaults.Tls;
using LoraFaaS.ServiceDefaults.Trust;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>The server's doors. Remembers Kestrel's listen options, whose end points hold the actual ports once it runs.</summary>
internal sealed class HostListener(ListenAddress http, ListenAddress? rpc, ListenAddress? inside, string advertiseHost, bool offersHttp2 = false)
{
    /// <summary>Under this the certificate of the door inside is registered.</summary>
    public const string InsideDoor = "inside";

    private ListenOptions? _http;
    private ListenOptions? _rpc;
    private ListenOptions? _inside;
    private bool _tls;

    /// <summary>Known once the server was configured.</summary>
    public bool IsPlainToOthers => !_tls && (!IPAddress.IsLoopback(http.Address) || (rpc is { Address: var address } && !IPAddress.IsLoopback(address)));

    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        var certificate = kestrel.ApplicationServices.GetService<ServerCertificate>();
        _tls = certificate is not null;

        if (!_tls && (http.IsHttps || rpc is { IsHttps: true }))
        {
            throw new HostStartException("An https address needs a certificate, which this host was not given.");
        }

        kestrel.Listen(http.Address, http.Port, listen =>
        {
            listen.Protocols = offersHttp2 && _tls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
            _http = listen;
            kestrel.ApplicationServices.GetService<ArrivalDoor>()?.Stand(listen);
            kestrel.ApplicationServices.GetService<ConnectionProofDoor>()?.Stand(listen);

            if (certificate is not null)
            {
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(certificate.Current()) });
            }
        });

        if (inside is not null)
        {
            var own = kestrel.ApplicationServices.GetKeyedService<ServerCertificate>(InsideDoor)
                ?? throw new HostStartException("Host:InsideUrl needs the host's certificate: Host:CertificateFile and Host:KeyFile.");

            kestrel.Listen(inside.Address, inside.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                _inside = listen;
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(own.Current()) });
            });
        }

        if (rpc is not null)
        {
            kestrel.Listen(rpc.Address, rpc.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                _rpc = listen;

                if (certificate is not null)
                {
                    listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(ForHttp2(certificate.Current())) });
                }
            });
        }
    }

    public HostUrls Urls() => new(
        Url(_http, _tls) ?? throw new InvalidOperationException("The server does not listen yet."),
        Url(_rpc, _tls),
        Url(_inside, isHttps: true));

    /// <summary>Options of its own: the server writes the protocols of the door into those it is given.</summary>
    private static SslServerAuthenticationOptions ForHttp2(SslServerAuthenticationOptions options) => new() { ServerCertificateContext = options.ServerCertificateContext };

    private string? Url(ListenOptions? listen, bool isHttps) => listen?.EndPoint is IPEndPoint bound ? ListenAddress.Advertise(bound, advertiseHost, isHttps) : null;
}
