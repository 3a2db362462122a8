namespace LoraFaaS.Sandbox;

/// <summary>The program's exit codes: what a supervisor may conclude.</summary>
internal enum SandboxExit
{
    /// <summary>Drained, or the worker closed the connection.</summary>
    Done = 0,

    /// <summary>A fault of ours; the log says which.</summary>
    Fault = 1,

    /// <summary>Wrong arguments.</summary>
    Usage = 2,

    /// <summary>Nobody listens on the socket.</summary>
    NoWorker = 3,

    /// <summary>The worker sent what is no frame, or a frame out of order.</summary>
    ProtocolError = 4,

    /// <summary>The backbone or its text files were refused; the worker was told why.</summary>
    OpenRefused = 5,
}
