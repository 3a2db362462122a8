using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>What a caller asked for. Never changes, but for the body, which is dropped when the call is completed.</summary>
public sealed record AsyncRequest
{
    public required CallId Id { get; init; }

    public required FunctionId Function { get; init; }

    /// <summary>What followed the function's name, with its slash; or nothing.</summary>
    public string Path { get; init; } = "";

    /// <summary>With its question mark; or nothing.</summary>
    public string Query { get; init; } = "";

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    public string? CallbackUrl { get; init; }

    /// <summary>When the door took it; told to the caller as X-Start-Time.</summary>
    public required DateTimeOffset StartedAt { get; init; }
}
