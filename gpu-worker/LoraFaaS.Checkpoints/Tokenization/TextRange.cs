namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>A stretch of text, in UTF-16 units.</summary>
public readonly record struct TextRange(int Start, int Length);
