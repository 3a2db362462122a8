namespace LoraFaaS.Linux.Synchronization;

/// <summary>Why a wait ended. None of them promises that anything has changed: look again.</summary>
public enum FutexOutcome
{
    /// <summary>Somebody woke the word, or a signal came.</summary>
    Woken,

    /// <summary>A word was no longer what was expected.</summary>
    Changed,

    TimedOut,

    /// <summary>The machine, or a filter on this process, does not offer the call.</summary>
    Unsupported,
}
