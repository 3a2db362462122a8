namespace LoraFaaS.Bench.Platform;

/// <summary>One call of a closed loop, as its client saw it. Times count from the run's begin.</summary>
internal sealed record ClosedLoopCall(TimeSpan Begun, TimeSpan FirstToken, TimeSpan Ended, int PromptTokens, int CompletionTokens)
{
    public double TtftMs => (FirstToken - Begun).TotalMilliseconds;

    /// <summary>Milliseconds between its tokens, after the first.</summary>
    public double TpotMs => (Ended - FirstToken).TotalMilliseconds / Math.Max(1, CompletionTokens - 1);
}
