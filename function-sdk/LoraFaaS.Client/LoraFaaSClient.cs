namespace LoraFaaS.Client;

/// <summary>
/// The platform's public API, typed. One instance serves any number of callers; dispose it at the end.
/// Failures are <see cref="LoraFaaSException"/>.
/// </summary>
public sealed class LoraFaaSClient : IDisposable
{
    private readonly Transport _transport;

    public LoraFaaSClient(LoraFaaSClientOptions options, HttpMessageHandler? handler = null)
    {
        ArgumentNullException.ThrowIfNull(options);

        _transport = new Transport(options, handler);
        Functions = new FunctionsClient(_transport);
        Invocations = new InvocationsClient(_transport);
        Traffic = new TrafficClient(_transport);
        Async = new AsyncClient(_transport);
        Backbones = new BackbonesClient(_transport);
        Adapters = new AdaptersClient(_transport);
        Packages = new PackagesClient(_transport);
        Secrets = new SecretsClient(_transport);
        Namespaces = new NamespacesClient(_transport);
        ApiKeys = new ApiKeysClient(_transport);
        Platform = new PlatformClient(_transport);
    }

    /// <summary>Deploy, list, describe, scale, remove, logs.</summary>
    public FunctionsClient Functions { get; }

    /// <summary>Call a function.</summary>
    public InvocationsClient Invocations { get; }

    /// <summary>Call a function without waiting for its answer.</summary>
    public AsyncClient Async { get; }

    /// <summary>Revisions and the split of calls over them.</summary>
    public TrafficClient Traffic { get; }

    /// <summary>Register and list backbones.</summary>
    public BackbonesClient Backbones { get; }

    /// <summary>Push and list adapters.</summary>
    public AdaptersClient Adapters { get; }

    /// <summary>Push functions' own code.</summary>
    public PackagesClient Packages { get; }

    /// <summary>Create, update, remove and list secrets.</summary>
    public SecretsClient Secrets { get; }

    /// <summary>Issue, rotate, revoke and list API keys.</summary>
    public ApiKeysClient ApiKeys { get; }

    /// <summary>Create, list and remove namespaces.</summary>
    public NamespacesClient Namespaces { get; }

    /// <summary>Health, version, workers, audit.</summary>
    public PlatformClient Platform { get; }

    public void Dispose() => _transport.Dispose();
}
