namespace LoraFaaS.Checkpoints.Tokenization.Normalization;

/// <summary>Puts a text before every piece that is not empty (SentencePiece's dummy prefix).</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    public override MarkedRun Normalize(MarkedRun run) => run.Text.Length == 0
        ? run
        : new MarkedRun(prefix + run.Text, run.Plain is null ? null : [.. new bool[prefix.Length], .. run.Plain]);
}
