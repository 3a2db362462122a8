namespace LoraFaaS.Contracts.Admin;

/// <summary>A pushed package with a function's own code.</summary>
public sealed record PackageInfo
{
    /// <summary>What a deployment names in its annotation <c>lorafaas.io/code</c>.</summary>
    public required string Digest { get; init; }

    public required long Bytes { get; init; }

    /// <summary>The assembly with the function.</summary>
    public required string EntryFile { get; init; }

    /// <summary>The class that implements ILoraFunction.</summary>
    public required string TypeName { get; init; }
}
