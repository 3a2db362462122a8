namespace LoraFaaS.Checkpoints.Tokenization.PreTokenization;

/// <summary>What becomes of the matches between the pieces.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}
