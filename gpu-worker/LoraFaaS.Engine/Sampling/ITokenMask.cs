namespace LoraFaaS.Engine.Sampling;

/// <summary>A constraint on what may come next (a compiled grammar). Owned by one sequence.</summary>
public interface ITokenMask
{
    /// <summary>Sets the logits of forbidden tokens to −∞.</summary>
    void Apply(Span<float> logits);

    /// <summary>The token was chosen: moves to the next state.</summary>
    void Advance(int token);
}
