namespace LoraFaaS.Checkpoints.Tokenization.PreTokenization;

/// <summary>A stretch of a piece, and whether the pattern matched it. Stretches cover the piece end to end.</summary>
internal readonly record struct Stretch(int Start, int End, bool IsMatch);
