namespace LoraFaaS.Engine.Weights;

/// <summary>A packed image that does not hold what it says, or says what cannot be. Nothing outside it has been read.</summary>
public sealed class InvalidImageException : Exception
{
    public InvalidImageException(string message)
        : base(message)
    {
    }

    public InvalidImageException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
