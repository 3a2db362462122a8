namespace LoraFaaS.Bench.Workers;

/// <summary>
/// When a client's calls left it and when their answers reached it, in seconds on <see cref="WorkerRun.Now"/>: at its socket, not in its code. Of calls one after
/// another; beside each other they overwrite each other's.
/// </summary>
internal sealed class SocketStamps
{
    private double _sentAt;
    private double _receivedAt;

    /// <summary>Just before the last send.</summary>
    public double SentAt
    {
        get => Volatile.Read(ref _sentAt);
        set => Volatile.Write(ref _sentAt, value);
    }

    /// <summary>When the kernel had the bytes that were read last, however late their reader woke.</summary>
    public double ReceivedAt
    {
        get => Volatile.Read(ref _receivedAt);
        set => Volatile.Write(ref _receivedAt, value);
    }
}
