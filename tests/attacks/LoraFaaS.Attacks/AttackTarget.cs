namespace LoraFaaS.Attacks;

/// <summary>What a hostile process is after. It knows more than a real one could find out: being hidden is no defence.</summary>
public sealed record AttackTarget
{
    public required int WorkerPid { get; init; }

    /// <summary>Another sandbox or handler of the same worker.</summary>
    public required int NeighbourPid { get; init; }

    /// <summary>Files with secrets: the worker's token, its spool, another function's adapter.</summary>
    public required IReadOnlyList<string> Secrets { get; init; }

    /// <summary>Folders into which something may be dropped: the worker's data, /tmp, /dev/shm.</summary>
    public required IReadOnlyList<string> Folders { get; init; }

    /// <summary>Somebody listens here on 127.0.0.1.</summary>
    public required int TcpPort { get; init; }

    /// <summary>And on this path, and on this abstract name.</summary>
    public required string UnixSocket { get; init; }

    public required string AbstractSocket { get; init; }

    /// <summary>The backbone as this process maps it; 0 where it has none, as a handler.</summary>
    public long Backbone { get; init; }

    public long BackboneBytes { get; init; }

    /// <summary>A descriptor of the backbone, or -1.</summary>
    public int BackboneDescriptor { get; init; } = -1;
}
