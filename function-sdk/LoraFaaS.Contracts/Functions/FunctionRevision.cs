using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Contracts.Functions;

/// <summary>
/// An immutable version of a function: everything that decides what an invocation computes.
/// Travels in the route table, so that the warm path asks nobody.
/// </summary>
public sealed record FunctionRevision
{
    public required FunctionId Function { get; init; }

    /// <summary>Counts from 1 within a function.</summary>
    public required int Number { get; init; }

    public required BackboneName Backbone { get; init; }

    public required Digest BackboneDigest { get; init; }

    /// <summary>Null: the bare backbone.</summary>
    public Digest? AdapterDigest { get; init; }

    /// <summary>Bytes of the adapter artifact; 0 for the bare backbone.</summary>
    public long AdapterBytes { get; init; }

    /// <summary>The function's own code; null: its callers meet the adapter itself.</summary>
    public FunctionCode? Code { get; init; }

    public IsolationMode Isolation { get; init; }

    public string? SystemPrompt { get; init; }

    public PromptMode Prompt { get; init; }

    public SamplingDefaults Sampling { get; init => field = value ?? SamplingDefaults.Greedy; } = SamplingDefaults.Greedy;

    public TimeSpan? SloTtft { get; init; }

    public TimeSpan? SloTpot { get; init; }

    /// <summary>Its share while others want the device too.</summary>
    public FunctionPriority Priority { get; init; }

    /// <summary>Longest an invocation may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Idle time before offloading; null: the platform's default.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>Invocations that may run at once for each instance, through each gateway; 0: not bounded.</summary>
    public int MaxConcurrent { get; init; }

    /// <summary>Tokens the backbone can attend to; prompt and answer together. 0: not known.</summary>
    public int ContextLength { get; init; }

    /// <summary>What was asked for when it was made, as written. It decides nothing: the digests do.</summary>
    public string? Image { get; init; }

    public DateTimeOffset? DeployedAt { get; init; }

    public TrustDomain TrustDomain => Isolation switch
    {
        IsolationMode.Namespace => new TrustDomain(Function.Namespace.Value),
        IsolationMode.Function => new TrustDomain(Function.ToString()),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
