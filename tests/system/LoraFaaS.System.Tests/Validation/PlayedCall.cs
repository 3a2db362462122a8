namespace LoraFaaS.SystemTests.Validation;

/// <summary>A call of a slice that was played.</summary>
/// <param name="Function">Its index.</param>
/// <param name="SentAt">Seconds from the slice's beginning: the trace's instant, or later where the function's call before had not ended.</param>
/// <param name="Call">What came of it.</param>
internal sealed record PlayedCall(int Function, double SentAt, ReplayedCall Call)
{
    public double DoneAt => SentAt + (Call.DoneMs / 1_000);

    /// <summary>Was there before the other's first token.</summary>
    public bool IsBeside(PlayedCall other) => other != this && SentAt <= other.SentAt + (other.Call.FirstTokenMs / 1_000) && DoneAt >= other.SentAt;
}
