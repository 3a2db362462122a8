namespace LoraFaaS.Checkpoints.Tokenization.PreTokenization;

/// <summary>Which pieces get SentencePiece's dummy prefix.</summary>
internal enum PrependScheme
{
    Never,

    /// <summary>Only the piece at the start of the text.</summary>
    First,

    /// <summary>Every piece, after each special token anew.</summary>
    Always,
}
