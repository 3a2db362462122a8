using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Invocations;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>Why a generation was stopped, as its caller reads it.</summary>
internal static class Aborted
{
    public static Problem Because(AbortCause cause) => cause switch
    {
        AbortCause.Deadline => new Problem(ErrorCode.DeadlineExceeded, "The deadline passed while tokens were generated."),
        AbortCause.Drain => new Problem(ErrorCode.Draining, "The worker is draining."),
        AbortCause.Undeployed => new Problem(ErrorCode.Cancelled, "The function was removed."),
        AbortCause.Client => new Problem(ErrorCode.Cancelled, "The caller went away."),
        _ => new Problem(ErrorCode.Cancelled, $"The generation was cancelled ({cause})."),
    };
}
