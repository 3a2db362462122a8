using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Bench.Workers;

/// <summary>One call at the worker's door: when it was sent, when each of its tokens came, and the worker's account of it.</summary>
internal sealed record TimedCall(double SentAt, IReadOnlyList<double> TokensAt, ColdStart? Account, string? Problem)
{
    public double FirstTokenMs => TokensAt.Count > 0 ? 1_000 * (TokensAt[0] - SentAt) : double.NaN;

    /// <summary>From the send at the client's socket until the kernel had the first token for it: without the client's own code and waking. Of calls one after another.</summary>
    public double SocketMs { get; init; } = double.NaN;

    /// <summary>How long it was told to wait before it comes again; none: it was told nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Between its tokens, in order.</summary>
    public IEnumerable<double> GapsMs => TokensAt.Zip(TokensAt.Skip(1), (before, after) => 1_000 * (after - before));
}
