namespace LoraFaaS.Engine.Weights;

/// <summary>Takes a piece of an image that is being made, <paramref name="offset"/> bytes into it. The piece is the caller's again afterwards.</summary>
public delegate void ImageWrite(ReadOnlySpan<byte> piece, long offset);
