namespace LoraFaaS.Checkpoints.Tokenization.Decoding;

/// <summary>What one token adds to decoded text: bytes, or (in vocabularies with fallback) one raw byte of a character that is spread over several tokens.</summary>
internal readonly record struct TokenPiece(byte[] Bytes, bool IsFallbackByte);
