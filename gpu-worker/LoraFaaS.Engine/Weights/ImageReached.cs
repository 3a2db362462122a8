namespace LoraFaaS.Engine.Weights;

/// <summary>Says that a maker of an image has given out everything of its part that lies before <paramref name="offset"/>, bytes into the image.</summary>
public delegate void ImageReached(long offset);
