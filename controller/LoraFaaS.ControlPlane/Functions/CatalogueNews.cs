using LoraFaaS.ControlPlane.Ports;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ControlPlane.Functions;

/// <summary>
/// Tells all controllers that the catalogue changed. The write is durable by then, so a failure here is only a delay: every
/// controller also looks by itself every few seconds.
/// </summary>
public sealed partial class CatalogueNews(IWarmStateStore warm, ILogger<CatalogueNews> logger)
{
    private readonly ILogger _logger = logger;

    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        try
        {
            await warm.PublishAsync(new WarmNotice.Catalogue(), cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogNotPublished(exception);
        }
    }
}
