namespace LoraFaaS.Gateway.CloudEvents;

/// <summary>An event's context (CloudEvents 1.0). The data is carried beside it.</summary>
internal sealed record CloudEvent
{
    public const string SpecVersion = "1.0";

    public required string Id { get; init; }

    /// <summary>A URI reference; together with the id it names the event.</summary>
    public required string Source { get; init; }

    public required string Type { get; init; }

    public string? Subject { get; init; }

    /// <summary>RFC 3339.</summary>
    public string? Time { get; init; }

    public string? DataContentType { get; init; }

    public string? DataSchema { get; init; }

    /// <summary>In the order of their names.</summary>
    public IReadOnlyDictionary<string, AttributeValue> Extensions { get; init; } = new Dictionary<string, AttributeValue>();
}
