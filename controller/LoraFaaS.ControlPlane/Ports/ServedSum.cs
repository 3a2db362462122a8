namespace LoraFaaS.ControlPlane.Ports;

/// <summary>
/// Finished invocations of some span. <c>Cold</c>: the adapter was not on the device when the call came. <c>Ttft</c>: those that succeeded, counted by time
/// to first token over <see cref="TtftScale.BoundsMs"/>, and one more for what is longer than all.
/// </summary>
public sealed record ServedSum(long Calls, long Failed, long Cold, long CompletionTokens, IReadOnlyList<long> Ttft)
{
    public static readonly ServedSum None = new(0, 0, 0, 0, new long[TtftScale.Buckets]);

    /// <summary>Where what the prompts begin with was.</summary>
    public ServedPrefixes Prefixes { get; init; }

    public static ServedSum Of(UsageRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);

        var succeeded = record.Outcome == "ok";
        var ttft = new long[TtftScale.Buckets];

        if (succeeded)
        {
            ttft[TtftScale.BucketOf(record.TtftMs)] = 1;
        }

        return new ServedSum(1, succeeded ? 0 : 1, record.AdapterTier < Contracts.Units.StorageTier.Device ? 1 : 0, record.CompletionTokens, ttft)
        {
            Prefixes = ServedPrefixes.Of(record.PrefixTier, record.PrefixBytes),
        };
    }

    /// <summary>Takes the same away.</summary>
    public ServedSum Negated() => new(-Calls, -Failed, -Cold, -CompletionTokens, [.. Ttft.Select(count => -count)]) { Prefixes = Prefixes.Negated() };

    public static ServedSum operator +(ServedSum left, ServedSum right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);

        return new ServedSum(
            left.Calls + right.Calls, left.Failed + right.Failed, left.Cold + right.Cold, left.CompletionTokens + right.CompletionTokens,
            [.. left.Ttft.Zip(right.Ttft, (one, other) => one + other)])
        {
            Prefixes = left.Prefixes + right.Prefixes,
        };
    }
}
