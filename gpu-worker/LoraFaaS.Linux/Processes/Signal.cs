namespace LoraFaaS.Linux.Processes;

/// <summary>The signals we send, by number.</summary>
public enum Signal
{
    /// <summary>Nothing is sent; only whether the process exists is checked.</summary>
    Probe = 0,
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
