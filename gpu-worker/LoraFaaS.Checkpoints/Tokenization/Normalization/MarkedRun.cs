namespace LoraFaaS.Checkpoints.Tokenization.Normalization;

/// <summary>
/// A piece of text on its way through normalisation. <see cref="Plain"/>, where there is one, says for each character whether it
/// came from a caller, so that special tokens are not recognised in it; null means that no character did.
/// </summary>
internal readonly record struct MarkedRun(string Text, bool[]? Plain)
{
    public bool IsPlain(int index) => Plain is not null && Plain[index];
}
