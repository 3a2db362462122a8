using System.Diagnostics;

namespace LoraFaaS.Bench.Platform;

/// <summary>One call of a closed loop, as its client saw it. Instants are those of <see cref="Stopwatch"/>.</summary>
/// <param name="Events">When each event of the stream was read that may carry a token: one for each step, and the last may carry none.</param>
internal sealed record ClosedLoopCall(int Client, long Begun, IReadOnlyList<long> Events, long Ended, int PromptTokens, int CompletionTokens)
{
    public long FirstToken => Events[0];

    public double TtftMs => Stopwatch.GetElapsedTime(Begun, FirstToken).TotalMilliseconds;

    /// <summary>Milliseconds between its tokens, after the first.</summary>
    public double TpotMs => Stopwatch.GetElapsedTime(FirstToken, Ended).TotalMilliseconds / Math.Max(1, CompletionTokens - 1);
}
