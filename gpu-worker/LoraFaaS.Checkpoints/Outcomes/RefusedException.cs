namespace LoraFaaS.Checkpoints.Outcomes;

/// <summary>Carries a <see cref="Refusal"/> out of a nested parser to its entry point, and out of <see cref="Reading{T}.ValueOrThrow"/>.</summary>
public sealed class RefusedException : Exception
{
    public RefusedException(Refusal why)
        : base(why.ToString()) => Why = why;

    public RefusedException(string field, string message)
        : this(new Refusal(field, message))
    {
    }

    public Refusal Why { get; }
}
