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
    public IReadOnlyList<SecretName> Secrets { get; init; } = [];

    public bool Equals(FunctionCode? other) =>
        other is not null && Digest == other.Digest && Bytes == other.Bytes && Secrets.SequenceEqual(other.Secrets);

    public override int GetHashCode() => Secrets.Aggregate(HashCode.Combine(Digest, Bytes), HashCode.Combine);
}
