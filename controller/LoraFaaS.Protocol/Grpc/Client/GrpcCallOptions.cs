namespace LoraFaaS.Protocol.Grpc.Client;

/// <summary>What one call wants beyond its message.</summary>
public sealed record GrpcCallOptions
{
    public static readonly GrpcCallOptions None = new();

    /// <summary>Travels as <c>grpc-timeout</c> and ends the call here as DEADLINE_EXCEEDED. Null: no deadline.</summary>
    public TimeSpan? Timeout { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];
}
