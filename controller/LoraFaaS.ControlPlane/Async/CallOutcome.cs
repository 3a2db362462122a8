using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Async;

/// <summary>How a try ended.</summary>
public abstract record CallOutcome
{
    private CallOutcome()
    {
    }

    /// <summary>The function was called, or the platform said why it could not be.</summary>
    public sealed record Executed(CallResult Result, TimeSpan? RetryAfter, bool FunctionGone) : CallOutcome;

    /// <summary>The callback was called. <c>Error</c> null: it took the answer; <c>IsFinal</c>: another try cannot mend it.</summary>
    public sealed record Delivered(string? Error, TimeSpan? RetryAfter, bool IsFinal) : CallOutcome;

    /// <summary>Nothing was tried.</summary>
    public sealed record Released : CallOutcome;
}
