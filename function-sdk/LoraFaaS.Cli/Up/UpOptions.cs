namespace LoraFaaS.Cli.Up;

/// <summary>What <c>lorafaas up</c> was asked for.</summary>
internal sealed record UpOptions
{
    /// <summary>0 takes any free port.</summary>
    public required int Port { get; init; }

    /// <summary>Where the gateway serves gRPC; 0 takes any free port.</summary>
    public int GrpcPort { get; init; }

    public required string Host { get; init; }

    public required string DataFolder { get; init; }

    public required string? PasswordFile { get; init; }

    /// <summary>0: as many as the machine has.</summary>
    public required int Threads { get; init; }

    /// <summary>Device memory of the worker, as a quantity ("1Gi"); null: the worker's default.</summary>
    public required string? DeviceMemory { get; init; }

    /// <summary>"stored" or "int8"; null: the worker's default.</summary>
    public string? Weights { get; init; }

    /// <summary>Every invocation needs an API key.</summary>
    public bool RequireApiKeys { get; init; }

    /// <summary>Other machines may invoke without one.</summary>
    public bool InsecureOpen { get; init; }

    /// <summary>Start the console, served under /ui.</summary>
    public bool Console { get; init; } = true;

    public required string? Postgres { get; init; }

    public required string? Redis { get; init; }

    public required string? ReadyFile { get; init; }
}
