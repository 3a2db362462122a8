using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Retention;

/// <summary>
/// Lets go what nobody needs any more: usage call by call once it is old, and content that nothing refers to. A deployment touches what it is about
/// to refer to before it is stored, so that what is about to be needed is never old enough.
/// </summary>
public sealed partial class RetentionExecutor(
    IUsageStore usage, IArtifactStore artifacts, ICatalogueStore catalogue, IOptions<RetentionOptions> options, TimeProvider time, ILogger<RetentionExecutor> logger)
{
    private readonly ILogger _logger = logger;

    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();

        if (await usage.FoldAsync(DateOnly.FromDateTime((now - options.Value.UsageRecords).UtcDateTime), cancellationToken) is > 0 and var folded)
        {
            LogFolded(folded, options.Value.UsageRecords);
        }

        var since = now - options.Value.UnreferencedArtifacts;

        // The references are read after the candidates: what was referred to in between is among them.
        var candidates = await artifacts.ListUntouchedAsync(since, cancellationToken);

        if (candidates.Count == 0)
        {
            return;
        }

        var referenced = await ReferencedAsync(cancellationToken);

        foreach (var digest in candidates.Where(digest => !referenced.Contains(digest)))
        {
            if (await artifacts.DeleteUntouchedAsync(digest, since, cancellationToken))
            {
                LogDeleted(digest, options.Value.UnreferencedArtifacts);
            }
        }
    }

    private async Task<HashSet<Digest>> ReferencedAsync(CancellationToken cancellationToken)
    {
        var referenced = new HashSet<Digest>(await catalogue.ListAdapterContentsAsync(cancellationToken));

        foreach (var revision in (await catalogue.ListFunctionsAsync(null, cancellationToken)).SelectMany(function => function.Revisions))
        {
            if (revision.AdapterDigest is { } adapter)
            {
                referenced.Add(adapter);
            }

            if (revision.Code is { } code)
            {
                referenced.Add(code.Digest);
            }
        }

        return referenced;
    }

    [LoggerMessage(3751, LogLevel.Information, "{Count} usage records of more than {Age} ago are kept as sums by day")]
    private partial void LogFolded(long count, TimeSpan age);

    [LoggerMessage(3752, LogLevel.Information, "Artifact {Digest}, to which nothing refers and which nobody has pushed for {Age}, is deleted")]
    private partial void LogDeleted(Digest digest, TimeSpan age);
}
