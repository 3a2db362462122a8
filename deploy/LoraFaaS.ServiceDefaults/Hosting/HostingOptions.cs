using System.ComponentModel.DataAnnotations;

namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>Where a host listens and how it tells the one who started it.</summary>
public sealed class HostingOptions
{
    public const string Section = "Host";

    /// <summary>Where HTTP/1.1 is served. Port 0 takes any free one; the ready file names it.</summary>
    [Required]
    public string HttpUrl { get; set; } = "http://127.0.0.1:0";

    /// <summary>Where HTTP/2 is served for the platform's own gRPC calls, by hosts that have them.</summary>
    [Required]
    public string RpcUrl { get; set; } = "http://127.0.0.1:0";

    /// <summary>The name or address by which other machines reach this one. Empty: the address listened on, or loopback when listening on all.</summary>
    public string AdvertiseHost { get; set; } = "";

    /// <summary>A certificate with its chain, PEM, and its key: with both this host speaks TLS, and tells others an https address. Read again when they change.</summary>
    public string CertificateFile { get; set; } = "";

    /// <inheritdoc cref="CertificateFile"/>
    public string KeyFile { get; set; } = "";

    /// <summary>
    /// The authority that signed the certificates of this installation's hosts, and nobody else's, PEM: a host called by https is believed when its certificate is of
    /// it, under whatever name. Empty: as any server is, by the machine's authorities and by its name.
    /// </summary>
    public string AuthorityFile { get; set; } = "";

    /// <summary>
    /// A further door of a host that callers from anywhere come to, for this installation's own hosts: https, with <see cref="CertificateFile"/>, which callers do not know
    /// and which <see cref="HttpUrl"/> then does not show. Empty: none.
    /// </summary>
    public string InsideUrl { get; set; } = "";

    /// <summary>
    /// A further door of a host that callers from anywhere come to, for gRPC: HTTP/2 from the first byte on, which clients without TLS need, since without a handshake they cannot choose it at
    /// <see cref="HttpUrl"/>. With TLS both serve gRPC. Empty: none.
    /// </summary>
    public string GrpcUrl { get; set; } = "";

    /// <summary>Written, whole or not at all, once the host listens: process id and actual URLs as JSON. Empty: none.</summary>
    public string ReadyFile { get; set; } = "";

    /// <summary>Stop gracefully when standard input ends, which it does when the process that started this one dies, even by kill -9.</summary>
    public bool ExitWithParent { get; set; }

    /// <summary>Longest a stopping host waits for running requests. Longer loses fewer streams and makes restarts slower.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Nice value of the runtime's background compiler once the host serves and has little left to compile. More keeps calls from waiting for it on a busy machine, and code slow for longer there; 0 leaves it to compete with them.
    /// </summary>
    [Range(0, 19)]
    public int CompilerNice { get; set; } = 10;

    /// <summary>Nice value of the same while it has much to compile, where the kernel allows one below 0: as that of the threads that calls run on, beside which it would get no turn and all code stay slow.</summary>
    [Range(-20, 0)]
    public int BusyCompilerNice { get; set; }
}
