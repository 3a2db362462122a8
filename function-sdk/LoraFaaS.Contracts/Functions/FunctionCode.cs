using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Contracts.Functions;

/// <summary>The code of a function's own that a revision pins: the package with it, and the secrets it is given.</summary>
public sealed record FunctionCode
{
    /// <summary>The package in the artifact store.</summary>
    public required Digest Digest { get; init; }

    /// <summary>Bytes of the package.</summary>
    public required long Bytes { get; init; }

    /// <summary>Secrets of the function's namespace, in the order of their names.</summary>
    public IReadOnlyList<SecretName> Secrets { get; init => field = value ?? []; } = [];

    /// <summary>
    /// Environment variables of the code, by name. Values are for the process that runs it, which is given them as it is given secrets: a route table
    /// holds the names alone.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    public bool Equals(FunctionCode? other) =>
        other is not null && Digest == other.Digest && Bytes == other.Bytes && Secrets.SequenceEqual(other.Secrets)
        && Environment.Count == other.Environment.Count
        && Environment.All(pair => other.Environment.TryGetValue(pair.Key, out var value) && value == pair.Value);

    public override int GetHashCode() => Secrets.Aggregate(HashCode.Combine(Digest, Bytes), HashCode.Combine);
}
