namespace LoraFaaS.Protocol.Handler;

/// <summary>Sizes that both ends of a handler's socket keep to. The worker cuts off a handler that does not.</summary>
public static class HandlerLimits
{
    /// <summary>A frame to a handler: a request's body and its headers, or the secrets of a function.</summary>
    public const int MaxToHandlerBytes = 40 << 20;

    /// <summary>A frame from a handler: the longest is a prompt that fills a large context.</summary>
    public const int MaxFromHandlerBytes = 2 << 20;

    /// <summary>Bytes of an answer in one frame. Smaller frames stream sooner, larger ones cost less.</summary>
    public const int MaxPartBytes = 32 << 10;

    /// <summary>Frames of an answer that may be on the way.</summary>
    public const int ReplyCredits = 16;

    /// <summary>Events of one generation that may be on the way.</summary>
    public const int GenerationCredits = 32;

    /// <summary>Generations at once for one invocation.</summary>
    public const int MaxGenerationsAtOnce = 4;

    /// <summary>Generations in all for one invocation.</summary>
    public const int MaxGenerations = 32;

    /// <summary>Headers of an answer.</summary>
    public const int MaxHeaders = 64;

    /// <summary>Characters of an answer's headers, names and values together.</summary>
    public const int MaxHeaderChars = 16 << 10;

    /// <summary>Characters of a log line, and of an error's message.</summary>
    public const int MaxLineChars = 4_096;
}
