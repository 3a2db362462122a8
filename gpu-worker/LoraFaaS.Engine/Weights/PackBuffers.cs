namespace LoraFaaS.Engine.Weights;

/// <summary>Memory that a load reads into, beside the image, in bytes: with less than <see cref="Most"/> it is slower, and with less than <see cref="Least"/> it cannot be made.</summary>
public readonly record struct PackBuffers(long Least, long Most);
