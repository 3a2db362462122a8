using Microsoft.Extensions.Logging;

namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>Says once at the start that what others send here is not encrypted, where others can reach it. Not refused: a private network, or a proxy with TLS, is as good.</summary>
internal sealed partial class PlainDoorNotice(HostListener listener, ILogger<PlainDoorNotice> logger) : StartedService
{
    public override Task StartedAsync(CancellationToken cancellationToken)
    {
        if (listener.IsPlainToOthers)
        {
            LogPlain();
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(1303, LogLevel.Warning, "Other machines reach this host without TLS: keep it on a private network, or give it Host:CertificateFile and Host:KeyFile, and those who call it Host:AuthorityFile")]
    private partial void LogPlain();
}
