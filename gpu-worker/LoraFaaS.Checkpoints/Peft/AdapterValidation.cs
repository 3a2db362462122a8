using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Peft;

/// <summary>Whether an adapter fits a backbone.</summary>
public abstract record AdapterValidation
{
    private AdapterValidation()
    {
    }

    public sealed record Valid(AdapterWeights Weights) : AdapterValidation;

    public sealed record Refused(Refusal Why) : AdapterValidation;
}
