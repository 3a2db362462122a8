namespace LoraFaaS.Checkpoints.Tokenization.Normalization;

/// <summary>Steps in order; with none, the identity.</summary>
internal sealed class SequenceNormalizer(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public override MarkedRun Normalize(MarkedRun run)
    {
        foreach (var step in steps)
        {
            run = step.Normalize(run);
        }

        return run;
    }
}
