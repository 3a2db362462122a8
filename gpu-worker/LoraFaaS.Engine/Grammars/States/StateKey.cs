namespace LoraFaaS.Engine.Grammars.States;

/// <summary>A state's positions as numbers, compared by content.</summary>
internal readonly struct StateKey(ulong[] parts) : IEquatable<StateKey>
{
    private readonly ulong[] _parts = parts;

    public bool Equals(StateKey other) => _parts.AsSpan().SequenceEqual(other._parts);

    public override bool Equals(object? obj) => obj is StateKey other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();

        foreach (var part in _parts)
        {
            hash.Add(part);
        }

        return hash.ToHashCode();
    }
}
