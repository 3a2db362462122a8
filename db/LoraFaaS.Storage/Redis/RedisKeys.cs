using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Storage.Redis;

/// <summary>
/// The names in Redis. The braces make all of one installation's keys one hash slot, so that scripts that touch several keys also run
/// on a cluster.
/// </summary>
internal sealed class RedisKeys(string prefix)
{
    /// <summary>Set of worker ids; may hold ids whose state has expired.</summary>
    public string Workers { get; } = $"{{{prefix}}}:workers";

    /// <summary>A worker's state is at this and its id: JSON with a time to live.</summary>
    public string WorkerPrefix { get; } = $"{{{prefix}}}:worker:";

    /// <summary>Hash: function to number of invocations.</summary>
    public string Invocations { get; } = $"{{{prefix}}}:invocations";

    /// <summary>Hash: function to number of invocations that came in.</summary>
    public string Arrivals { get; } = $"{{{prefix}}}:arrivals";

    /// <summary>Hash: an API key's id and r or t to the requests or tokens it used.</summary>
    public string KeyUses { get; } = $"{{{prefix}}}:key-uses";

    /// <summary>From when on, in Unix milliseconds of the server's clock, no grant of API keys' places stands that is not written down here.</summary>
    public string KeyPlacesGrown { get; } = $"{{{prefix}}}:key-places-grown";

    /// <summary>Channel of <see cref="NoticeText"/>.</summary>
    public string Notices { get; } = $"{{{prefix}}}:notices";

    public string Worker(WorkerId id) => WorkerPrefix + id.Value;

    /// <summary>Hash: a gateway to the places it holds of an API key, those it uses, when the grant lapses, and its claim's number.</summary>
    public string KeyPlaces(ApiKeyId id) => $"{{{prefix}}}:key-places:{id.Value}";

    /// <summary>List of log lines as JSON, oldest first.</summary>
    public string Log(FunctionId function) => $"{{{prefix}}}:log:{function}";
}
