namespace LoraFaaS.Contracts.Admin;

/// <summary>One line of <c>GET /system/logs</c> (NDJSON, OpenFaaS shape).</summary>
public sealed record LogLine
{
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    public required string Instance { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    public required string Text { get; init; }
}
