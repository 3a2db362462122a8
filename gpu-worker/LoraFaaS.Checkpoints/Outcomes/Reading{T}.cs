using System.Diagnostics;

namespace LoraFaaS.Checkpoints.Outcomes;

/// <summary>What came of reading a file that somebody else wrote: the value, or a named refusal. Nothing is thrown for bad content.</summary>
public abstract record Reading<T>
{
    private Reading()
    {
    }

    public sealed record Accepted(T Value) : Reading<T>;

    public sealed record Refused(Refusal Why) : Reading<T>;

    /// <summary>The value, or <see cref="RefusedException"/>: for callers that only go on with good files (start-up, tests).</summary>
    public T ValueOrThrow() => this switch
    {
        Accepted accepted => accepted.Value,
        Refused refused => throw new RefusedException(refused.Why),
        _ => throw new UnreachableException(),
    };
}
