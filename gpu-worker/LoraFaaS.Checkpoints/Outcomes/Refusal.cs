namespace LoraFaaS.Checkpoints.Outcomes;

/// <summary>Why a file is not accepted: the field (or file) at fault, and one sentence for the person who sent it.</summary>
public sealed record Refusal(string Field, string Message)
{
    public override string ToString() => $"{Field}: {Message}";
}
