namespace LoraFaaS.Checkpoints.Tokenization.Bpe;

/// <summary>A learned merge: lower ranks go first.</summary>
internal readonly record struct BpeMerge(int Rank, int NewId);
