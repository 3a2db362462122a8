namespace LoraFaaS.Checkpoints.Tokenization.Normalization;

/// <summary>One step between raw text and pre-tokenisation.</summary>
internal abstract class Normalizer
{
    public abstract MarkedRun Normalize(MarkedRun run);
}
