namespace LoraFaaS.Cli.Up;

/// <summary>What <c>lorafaas up --ready-file</c> writes once everything serves: for scripts and tests.</summary>
internal sealed record PlatformReadyFile
{
    public required string Gateway { get; init; }

    /// <summary>Where it serves gRPC.</summary>
    public string? Grpc { get; init; }

    public required string User { get; init; }

    public required string PasswordFile { get; init; }

    /// <summary>Process ids by host: gateway, controller, worker, console.</summary>
    public required IReadOnlyDictionary<string, int> Pids { get; init; }
}
