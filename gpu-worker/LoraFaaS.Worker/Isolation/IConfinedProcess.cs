using LoraFaaS.Linux.Sockets;

namespace LoraFaaS.Worker.Isolation;

/// <summary>What a sandbox is to whoever opens it: a process that holds the other end of a stream.</summary>
internal interface IConfinedProcess : IAsyncDisposable
{
    int ProcessId { get; }

    DescriptorStream Stream { get; }

    /// <summary>Completes when nothing of it is left.</summary>
    Task Exited { get; }

    /// <summary>Whose it is, once that is known.</summary>
    ConfinedOwner Owner { get; }

    /// <summary>Another limit for its memory, in bytes. False: it uses more than that, and the limit stays as it was.</summary>
    bool TryLimitMemory(long bytes);

    /// <summary>At once, and without a word to it.</summary>
    void Kill();
}
