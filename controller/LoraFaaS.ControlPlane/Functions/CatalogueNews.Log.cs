using Microsoft.Extensions.Logging;

namespace LoraFaaS.ControlPlane.Functions;

public sealed partial class CatalogueNews
{
    [LoggerMessage(2101, LogLevel.Warning, "The catalogue changed, but the other controllers could not be told; they will see it at their next look")]
    private partial void LogNotPublished(Exception exception);
}
