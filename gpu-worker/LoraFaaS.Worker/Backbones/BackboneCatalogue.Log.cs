using LoraFaaS.Contracts.Identity;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Backbones;

internal sealed partial class BackboneCatalogue
{
    [LoggerMessage(3401, LogLevel.Information, "Backbone {Name} is {Digest} at {Path}")]
    private partial void LogKnown(string name, Digest digest, string path);

    [LoggerMessage(3402, LogLevel.Warning, "The list of backbones at {Path} cannot be read; the controller will send it again")]
    private partial void LogUnreadable(Exception exception, string path);
}
