namespace LoraFaaS.Cli.Up;

/// <summary>What a host writes once it listens.</summary>
internal sealed record HostReadyFile
{
    public required int Pid { get; init; }

    /// <summary>"http" and, for the controller, "rpc".</summary>
    public required IReadOnlyDictionary<string, string> Urls { get; init; }
}
