namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>Which addresses a host listens on.</summary>
public enum HostDoors
{
    /// <summary>HTTP/1.1 only.</summary>
    Http = 0,

    /// <summary>HTTP/1.1 on one address and HTTP/2 without TLS on another: without TLS no connection can choose between them.</summary>
    HttpAndRpc = 1,

    /// <summary>For callers of all kinds: HTTP/1.1, and where it speaks TLS, HTTP/2 for those who choose it in the handshake; on another address, where one is given, HTTP/2 alone.</summary>
    Callers = 2,
}
