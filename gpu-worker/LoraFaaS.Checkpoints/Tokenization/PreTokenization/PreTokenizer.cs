namespace LoraFaaS.Checkpoints.Tokenization.PreTokenization;

/// <summary>Cuts text into the pieces inside which merges may happen.</summary>
internal abstract class PreTokenizer
{
    /// <param name="piece">Never empty.</param>
    /// <param name="isStart">The piece begins where the whole text begins.</param>
    /// <param name="parts">Takes the parts, in order, none empty.</param>
    public abstract void Split(ReadOnlyMemory<char> piece, bool isStart, List<ReadOnlyMemory<char>> parts);
}
